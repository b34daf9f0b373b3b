import {
  confirmSignIn,
  fetchAuthSession,
  fetchUserAttributes,
  getCurrentUser,
  setUpTOTP,
  signIn,
  signOut,
  updateMFAPreference,
  verifyTOTPSetup,
} from "@aws-amplify/auth";
import { cognitoUserPoolsTokenProvider } from "@aws-amplify/auth/cognito";
import { Amplify } from "@aws-amplify/core";
import { expect } from "chai";
import { codeAt } from "../../../local/cognito/totp";
import {
  type UserPoolFixture,
  UserPoolId,
  password,
  poolInputs,
  startUserPool,
} from "../../support/userPool";

/** Amplify as it comes: `Amplify.configure` with ids, then its functions with no options. */
describe("Amplify signs in with its defaults", () => {
  let pool: UserPoolFixture;

  before(async () => {
    pool = await startUserPool({
      ...poolInputs,
      mfaConfiguration: "OPTIONAL",
      softwareTokenMfaConfiguration: { enabled: true },
    });
    const { cognito, clientId: userPoolClientId } = pool;
    const Auth = {
      Cognito: { userPoolId: UserPoolId, userPoolClientId, userPoolEndpoint: cognito.url },
    };
    // What the package aws-amplify, which gathers these, does when it is configured.
    cognitoUserPoolsTokenProvider.setAuthConfig(Auth);
    Amplify.configure({ Auth }, { Auth: { tokenProvider: cognitoUserPoolsTokenProvider } });
    const kept = new Map<string, string>();
    cognitoUserPoolsTokenProvider.setKeyValueStorage({
      setItem: (key, value) => Promise.resolve(void kept.set(key, value)),
      getItem: (key) => Promise.resolve(kept.get(key) ?? null),
      removeItem: (key) => Promise.resolve(void kept.delete(key)),
      clear: () => Promise.resolve(kept.clear()),
    });
  });
  after(() => pool.close());

  it("reads its user, refreshes, and signs out", async () => {
    await pool.addUser("ann", { attributes: { email: "ann@example.com" } });
    expect(await signIn({ username: "ann", password })).to.deep.include({ isSignedIn: true });
    expect(await getCurrentUser()).to.include({ username: "ann" });
    expect(await fetchUserAttributes()).to.include({ email: "ann@example.com" });
    const before = (await fetchAuthSession()).tokens?.accessToken;
    const { tokens } = await fetchAuthSession({ forceRefresh: true });
    expect(tokens?.accessToken.payload).to.include({ username: "ann", sub: before?.payload.sub });
    expect(tokens?.accessToken.payload.jti).to.not.equal(before?.payload.jti);
    await signOut({ global: true });
    expect((await fetchAuthSession()).tokens).to.equal(undefined);
  });

  it("chooses a new password, sets an authenticator app up, and is asked for its code", async () => {
    await pool.addUser("new", { permanent: false });
    const username = "new";
    const first = await signIn({ username, password });
    expect(first.nextStep.signInStep).to.equal("CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED");
    expect(await confirmSignIn({ challengeResponse: "Better-horse-2" })).to.include({ isSignedIn: true });
    const { sharedSecret } = await setUpTOTP();
    const period = Math.floor(Date.now() / 30_000);
    await verifyTOTPSetup({ code: codeAt(sharedSecret, period) });
    await updateMFAPreference({ totp: "PREFERRED" });
    await signOut();
    const again = await signIn({ username, password: "Better-horse-2" });
    expect(again.nextStep.signInStep).to.equal("CONFIRM_SIGN_IN_WITH_TOTP_CODE");
    const used = confirmSignIn({ challengeResponse: codeAt(sharedSecret, period) });
    expect(await used.catch((error: Error) => error.name)).to.equal("ExpiredCodeException");
    const next = codeAt(sharedSecret, period + 1);
    expect(await confirmSignIn({ challengeResponse: next })).to.include({ isSignedIn: true });
    await signOut();
  });

  it("lets the user choose how to sign in", async () => {
    await pool.addUser("choosing");
    const options = { authFlowType: "USER_AUTH" } as const;
    const asked = await signIn({ username: "choosing", options });
    expect(asked.nextStep).to.deep.equal({
      signInStep: "CONTINUE_SIGN_IN_WITH_FIRST_FACTOR_SELECTION",
      availableChallenges: ["PASSWORD", "PASSWORD_SRP"],
    });
    const chosen = await confirmSignIn({ challengeResponse: "PASSWORD_SRP" });
    expect(chosen.nextStep.signInStep).to.equal("CONFIRM_SIGN_IN_WITH_PASSWORD");
    expect(await confirmSignIn({ challengeResponse: password })).to.include({ isSignedIn: true });
    await signOut();
    for (const preferredChallenge of ["PASSWORD", "PASSWORD_SRP"] as const) {
      const preferred = { username: "choosing", password, options: { ...options, preferredChallenge } };
      expect(await signIn(preferred)).to.include({ isSignedIn: true });
      await signOut();
    }
  });
});
