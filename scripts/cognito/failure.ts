import { GroundworkError } from "../../infra/error";

type Explain = (message: string) => string;

/** What to do about an error of Cognito or of the way to it, by its name. */
const explanations: Readonly<Record<string, Explain>> = {
  NotAuthorizedException: explainRefusal,
  UserNotFoundException: () => "There is no such user: list-users shows who there is",
  UsernameExistsException: () => "The user exists already: choose another name, or delete-user first",
  UserNotConfirmedException: () => "The user is not confirmed: give him a password with set-password",
  PasswordResetRequiredException: () => "The password has to be reset: give a new one with set-password",
  InvalidPasswordException: (message) => `The password is refused: ${message}`,
  GroupExistsException: () => "The group exists already",
  CodeMismatchException: () => "The code is wrong: begin again",
  LimitExceededException: (message) => `A limit of Cognito is reached (${message}): wait, then try again`,
  TooManyRequestsException: () => "Cognito is asked too often: wait a moment, then try again",
  ResourceNotFoundException: (message) =>
    `${message.replace(/\.$/, "")}: look at --stack, COGNITO_USER_POOL_ID and COGNITO_CLIENT_ID; list-groups shows the groups`,
  InvalidParameterException: (message) => `Cognito refuses the request: ${message}`,
  UnauthorizedException: (message) =>
    `Cognito refuses: ${message}; look at COGNITO_CLIENT_ID, or sign in again with get-token or login`,
};

/** The same of the way to any of AWS's services. */
const ofAws: Readonly<Record<string, Explain>> = {
  AccessDeniedException: (message) => `Your AWS user may not do this: ${message}`,
  UnrecognizedClientException: () => "AWS doesn't know your credentials: look at AWS_PROFILE",
  InvalidSignatureException: () =>
    "AWS refuses your credentials: look at AWS_PROFILE and at this machine's clock",
  ExpiredTokenException: () => "Your AWS session has expired: sign in to AWS again (aws sso login)",
  CredentialsProviderError: () =>
    "There are no AWS credentials: sign in (aws sso login), or name a profile with AWS_PROFILE",
  TokenProviderError: () => "Your AWS session has expired: sign in to AWS again (aws sso login)",
};

const networkCodes = new Set([
  "ENOTFOUND",
  "ECONNREFUSED",
  "ECONNRESET",
  "EAI_AGAIN",
  "ENETUNREACH",
  "EHOSTUNREACH",
  "ETIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/**
 * An error of Cognito, or of the way to it, as one line that says what to do; any other error as it is. Of another
 * service the way alone is explained.
 */
export function explained(error: unknown, service: "Cognito" | "AWS" = "Cognito"): unknown {
  if (!(error instanceof Error) || error instanceof GroundworkError) return error;
  const code = networkCode(error);
  if (code !== undefined || error.name === "TimeoutError") {
    return new GroundworkError(
      `${service} can't be reached (${code ?? "time is up"}): look at the network, at AWS_ENDPOINT_URL, and whether npm run local is up`,
    );
  }
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  if (($metadata?.httpStatusCode ?? 0) >= 500) {
    return new GroundworkError(
      `${service} failed with status ${$metadata?.httpStatusCode}: try again; an emulator may lack this operation`,
    );
  }
  if (/region is missing/i.test(error.message)) {
    return new GroundworkError(
      `The region is not known: set AWS_REGION${service === "Cognito" ? ", or COGNITO_USER_POOL_ID" : ""}`,
    );
  }
  const explain = (service === "Cognito" ? explanations[error.name] : undefined) ?? ofAws[error.name];
  return explain ? new GroundworkError(explain(error.message)) : error;
}

function explainRefusal(message: string): string {
  if (/disabled/i.test(message)) return "The user is disabled: an administrator has to enable him";
  if (/incorrect username or password/i.test(message)) return "The user name or the password is wrong";
  if (/refresh token/i.test(message)) {
    return "The refresh token is expired, revoked or another client's: sign in again with get-token or login";
  }
  if (/temporary password has expired/i.test(message)) {
    return "The temporary password has expired: give a new one with set-password";
  }
  if (/secret/i.test(message)) return `${message}: set COGNITO_CLIENT_SECRET in the env file`;
  return `Cognito refuses: ${message}`;
}

function networkCode(error: Error): string | undefined {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== undefined && networkCodes.has(code)) return code;
    if (cause instanceof AggregateError) return (cause.errors[0] as NodeJS.ErrnoException | undefined)?.code;
  }
  return undefined;
}
