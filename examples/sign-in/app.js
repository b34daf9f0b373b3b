// Signs in at the hosted UI and calls the API. outputs.json, the outputs of the auth stack, is all that differs between
// this machine and AWS.
async function start() {
  const found = await (await fetch("outputs.json")).json();
  const auth = found.outputs?.auth ?? found;
  const here = `${location.origin}/`;
  const manager = new oidc.UserManager({
    authority: auth.issuer,
    client_id: auth.hostedUiClientId,
    redirect_uri: here,
    scope: "openid email groundwork/read",
  });
  const show = (id, text) => (document.getElementById(id).textContent = text);

  document.getElementById("in").onclick = () => manager.signinRedirect();
  document.getElementById("out").onclick = async () => {
    await manager.revokeTokens(["refresh_token"]);
    // Cognito has names of its own for what OpenID Connect calls post_logout_redirect_uri.
    const extraQueryParams = { client_id: auth.hostedUiClientId, logout_uri: here };
    await manager.signoutRedirect({ extraQueryParams });
  };

  if (new URLSearchParams(location.search).has("state")) {
    await manager.signinCallback();
    history.replaceState({}, "", here);
  }
  const user = await manager.getUser();
  document.getElementById("in").hidden = user !== null;
  document.getElementById("out").hidden = user === null;
  if (user === null) return show("user", "Nobody is signed in.");
  show("user", `You are ${user.profile.email}.`);
  const headers = { Authorization: `Bearer ${user.access_token}` };
  const response = await fetch(`${auth.apiUrl}/scoped`, { headers });
  show("answer", `The API says ${response.status}: ${(await response.json()).message}`);
}

start().catch((error) => (document.getElementById("answer").textContent = error.message));
