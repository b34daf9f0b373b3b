import { z } from "zod";
import { refusal } from "./errors";
import { type Operation, admin, byClient, newPassword, nothing } from "./operation";
import { confirmReset, pretendedDelivery, sendResetCode, visibleUser } from "./passwords";
import { checkSecret, checkSecretHash } from "./secrets";
import { answerChallenge, authenticated, refresh, startSignIn } from "./signIn";
import { clientOf } from "./store";
import { revoke } from "./tokens";

const parameters = z.record(z.string(), z.string()).default({});
const flow = z.object({ AuthFlow: z.string(), AuthParameters: parameters });
const answer = z.object({
  ChallengeName: z.string(),
  Session: z.string().optional(),
  ChallengeResponses: parameters,
});
const client = z.object({ ClientId: z.string() });
const filled = z.string().min(1, "Member must have length greater than or equal to 1").optional();
const secret = z.object({ ClientSecret: filled });
const name = z.object({ Username: z.string(), SecretHash: filled });

/** How users sign in, and what they do before they have. */
export const signInOperations: Readonly<Record<string, Operation>> = {
  InitiateAuth: byClient(flow, ({ input, ...asker }) =>
    startSignIn(asker, input.AuthFlow, input.AuthParameters),
  ),
  AdminInitiateAuth: admin(client.and(flow), ({ input, pool }) =>
    startSignIn({ pool, client: clientOf(pool, input.ClientId) }, input.AuthFlow, input.AuthParameters, true),
  ),
  RespondToAuthChallenge: byClient(answer, ({ input, ...asker }) =>
    answerChallenge(asker, input.ChallengeName, input.Session, input.ChallengeResponses),
  ),
  AdminRespondToAuthChallenge: admin(client.and(answer), ({ input, pool }) =>
    answerChallenge(
      { pool, client: clientOf(pool, input.ClientId) },
      input.ChallengeName,
      input.Session,
      input.ChallengeResponses,
    ),
  ),
  GetTokensFromRefreshToken: byClient(secret.extend({ RefreshToken: z.string() }), ({ input, ...asker }) => {
    checkSecret(asker.client, input.ClientSecret);
    return authenticated(asker, refresh(asker, input.RefreshToken), false);
  }),
  RevokeToken: byClient(secret.extend({ Token: z.string() }), ({ input, ...asker }) => {
    checkSecret(asker.client, input.ClientSecret);
    revoke(asker, input.Token);
  }),
  ForgotPassword: byClient(name, ({ input, pool, client, store }) => {
    checkSecretHash(client, input.Username, input.SecretHash);
    const user = visibleUser(pool, client, input.Username);
    if (!user) return pretendedDelivery(input.Username);
    if (user.status === "FORCE_CHANGE_PASSWORD") throw refusal("resetTooEarly");
    return sendResetCode(pool, user, store.deliver);
  }),
  ConfirmForgotPassword: byClient(
    name.extend({ ConfirmationCode: z.string(), Password: newPassword }),
    ({ input: { Username, SecretHash, ConfirmationCode, Password }, pool, client }) => {
      checkSecretHash(client, Username, SecretHash);
      confirmReset(pool, client, Username, ConfirmationCode, Password);
    },
  ),
  // Every pool here is one whose users an administrator makes: local/cognito/inputs.ts takes no other.
  SignUp: byClient(nothing, () => {
    throw refusal("signUpForbidden");
  }),
  ResendConfirmationCode: byClient(name, ({ input, pool, client }) => {
    if (!visibleUser(pool, client, input.Username)) return pretendedDelivery(input.Username);
    throw refusal("userConfirmed");
  }),
};
