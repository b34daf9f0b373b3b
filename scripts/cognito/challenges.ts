import {
  AssociateSoftwareTokenCommand,
  type AuthenticationResultType,
  type CognitoIdentityProviderClient,
  type InitiateAuthCommandOutput,
  RespondToAuthChallengeCommand,
  VerifySoftwareTokenCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { GroundworkError } from "../../infra/error";

/** Who answers what Cognito asks of a user whose password was right. */
export interface Answers {
  readonly newPassword: () => Promise<string>;
  /** The code of an authenticator app. */
  readonly code: (question: string) => Promise<string>;
}

type Asked = Pick<
  InitiateAuthCommandOutput,
  "ChallengeName" | "ChallengeParameters" | "Session" | "AuthenticationResult"
>;

/** The session that goes on, and what is answered beside the user's name. */
type Answer = [session: string | undefined, responses: Record<string, string>];

/** Answers one challenge after the other until there are tokens. Throws GroundworkError for one that it can't. */
export async function answerChallenges(
  client: CognitoIdentityProviderClient,
  ClientId: string,
  first: Asked,
  username: string,
  secretHash: (username: string) => Record<string, string>,
  answers: Answers,
): Promise<AuthenticationResultType | undefined> {
  let asked = first;
  while (asked.ChallengeName !== undefined) {
    // From here on Cognito goes by the user's name inside the pool: with sign-in by e-mail that is another.
    const name: string = asked.ChallengeParameters?.USER_ID_FOR_SRP ?? username;
    const [Session, responses] = await answerOf(client, asked, answers);
    asked = await client.send(
      new RespondToAuthChallengeCommand({
        ...{ ClientId, ChallengeName: asked.ChallengeName, Session },
        ChallengeResponses: { USERNAME: name, ...responses, ...secretHash(name) },
      }),
    );
  }
  return asked.AuthenticationResult;
}

async function answerOf(
  client: CognitoIdentityProviderClient,
  { ChallengeName, Session }: Asked,
  { newPassword, code }: Answers,
): Promise<Answer> {
  if (ChallengeName === "NEW_PASSWORD_REQUIRED") return [Session, { NEW_PASSWORD: await newPassword() }];
  if (ChallengeName === "SOFTWARE_TOKEN_MFA") {
    return [Session, { SOFTWARE_TOKEN_MFA_CODE: await code("Code of your authenticator app") }];
  }
  if (ChallengeName !== "MFA_SETUP") {
    throw new GroundworkError(
      `Cognito asks for ${ChallengeName}, which this command can't answer: sign in with login, in a browser`,
    );
  }
  const made = await client.send(new AssociateSoftwareTokenCommand({ Session }));
  const UserCode = await code(
    `Enter the key ${made.SecretCode} in your authenticator app, and here the code that it shows`,
  );
  const verified = await client.send(new VerifySoftwareTokenCommand({ Session: made.Session, UserCode }));
  return [verified.Session, {}];
}
