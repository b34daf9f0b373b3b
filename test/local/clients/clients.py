"""Signs in as stock clients of Python do it. A client's name is the argument, what it works with is JSON on stdin."""

import json
import re
import subprocess
import sys

import boto3
import jwt
import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from authlib.jose import jwt as jose
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from pycognito import Cognito

at = json.load(sys.stdin)
endpoint, pool, client_id, password = at["endpoint"], at["pool"], at["clientId"], at["password"]
issuer = f"{endpoint}/{pool}"


def refused(call):
    try:
        call()
    except ClientError as error:
        return error.response["Error"]["Code"]
    raise AssertionError("served")


def verified(token, **rules):
    key = jwt.PyJWKClient(f"{issuer}/.well-known/jwks.json").get_signing_key_from_jwt(token)
    return jwt.decode(token, key.key, algorithms=["RS256"], issuer=issuer, **rules)


def pycognito():
    """By SRP; it verifies both tokens by itself."""
    user = Cognito(pool, client_id, username="ann", boto3_client_kwargs={"endpoint_url": endpoint})
    user.authenticate(password=password)
    assert user.get_user().email == "ann@example.com"
    before = user.access_token
    user.renew_access_token()
    assert user.access_token != before
    client, again = user.client, user.refresh_token
    user.logout()
    parameters = {"REFRESH_TOKEN": again}
    return refused(
        lambda: client.initiate_auth(
            ClientId=client_id, AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters=parameters
        )
    )


def boto():
    """Without any credentials, as an app has none."""
    client = boto3.client(
        "cognito-idp", "us-east-1", endpoint_url=endpoint, config=Config(signature_version=UNSIGNED)
    )
    got = client.initiate_auth(
        ClientId=client_id,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "ann", "PASSWORD": password},
    )["AuthenticationResult"]
    assert client.get_user(AccessToken=got["AccessToken"])["Username"] == "ann"
    fresh = client.get_tokens_from_refresh_token(ClientId=client_id, RefreshToken=got["RefreshToken"])
    verified(fresh["AuthenticationResult"]["IdToken"], audience=client_id)
    client.global_sign_out(AccessToken=got["AccessToken"])
    return refused(lambda: client.get_user(AccessToken=got["AccessToken"]))


def authlib():
    """By the authorization code, all addresses discovered; PyJWT has the last word on the ID token."""
    about = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=10).json()
    app = OAuth2Session(
        at["hostedClientId"],
        scope="openid email profile",
        redirect_uri=at["redirectUri"],
        code_challenge_method="S256",
        token_endpoint_auth_method="none",
    )
    verifier = "a-verifier-of-forty-three-characters-or-more-"
    url, state = app.create_authorization_url(
        about["authorization_endpoint"], code_verifier=verifier, nonce="n"
    )
    browser = requests.Session()
    page = browser.get(url, timeout=10)
    csrf = re.search(r'name="_csrf" value="([^"]+)"', page.text).group(1)
    form = {"_csrf": csrf, "username": "ann", "password": password}
    back = browser.post(page.url, data=form, allow_redirects=False, timeout=10).headers["location"]
    token = app.fetch_token(
        about["token_endpoint"], authorization_response=back, state=state, code_verifier=verifier
    )
    keys = requests.get(about["jwks_uri"], timeout=10).json()
    options = {"iss": {"value": issuer}, "aud": {"value": at["hostedClientId"]}}
    claims = jose.decode(
        token["id_token"], keys, claims_cls=CodeIDToken, claims_options=options, claims_params={"nonce": "n"}
    )
    claims.validate(leeway=0)
    assert verified(token["id_token"], audience=at["hostedClientId"])["email"] == "ann@example.com"
    assert app.get(about["userinfo_endpoint"]).json()["sub"] == claims["sub"]
    first = token["access_token"]
    assert app.refresh_token(about["token_endpoint"])["access_token"] != first
    app.revoke_token(about["revocation_endpoint"], token=token["refresh_token"])
    ended = browser.get(
        about["end_session_endpoint"],
        params={"client_id": at["hostedClientId"], "logout_uri": at["logoutUri"]},
        allow_redirects=False,
        timeout=10,
    )
    assert ended.headers["location"] == at["logoutUri"]
    return app.get(about["userinfo_endpoint"]).json()["error"]


def awscli():
    def run(*arguments):
        command = [sys.executable, "-m", "awscli", "cognito-idp", *arguments]
        command += ["--endpoint-url", endpoint, "--region", "us-east-1", "--no-sign-request"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        return done.stdout and json.loads(done.stdout), done.stderr

    parameters = ["--auth-parameters", f"USERNAME=ann,PASSWORD={password}"]
    got, _ = run("initiate-auth", "--client-id", client_id, "--auth-flow", "USER_PASSWORD_AUTH", *parameters)
    tokens = got["AuthenticationResult"]
    user, _ = run("get-user", "--access-token", tokens["AccessToken"])
    assert user["Username"] == "ann"
    renewed, _ = run(
        "get-tokens-from-refresh-token", "--client-id", client_id, "--refresh-token", tokens["RefreshToken"]
    )
    assert renewed["AuthenticationResult"]["ExpiresIn"] == 3600
    run("global-sign-out", "--access-token", tokens["AccessToken"])
    _, error = run("get-user", "--access-token", tokens["AccessToken"])
    return re.search(r"\((\w+)\)", error).group(1)


clients = {"pycognito": pycognito, "boto3": boto, "Authlib and PyJWT": authlib, "the AWS CLI": awscli}
print(clients[sys.argv[1]]())
