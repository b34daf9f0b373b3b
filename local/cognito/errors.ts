import { AwsError } from "../http";

/** Cognito's errors by name and in its words, because programs and people go by both; `%` is what it is about. */
const errors = {
  accessTokenExpired: ["NotAuthorizedException", "Access Token has expired"],
  accessTokenInvalid: ["NotAuthorizedException", "Invalid Access Token"],
  accessTokenRevoked: ["NotAuthorizedException", "Access Token has been revoked"],
  attributeFixed: ["InvalidParameterException", "user.%: Attribute cannot be updated."],
  attributeForbidden: ["NotAuthorizedException", "A client attempted to write unauthorized attribute"],
  attributeInvalid: ["InvalidParameterException", "Attributes did not conform to the schema: %"],
  attributeMissing: ["InvalidParameterException", "Invalid attributes given, % is missing"],
  attributeNotMutable: ["InvalidParameterException", "Cannot modify the non-mutable attribute %"],
  challengeUnknown: ["InvalidParameterException", "Challenge % is not served on this machine"],
  clientMissing: ["ResourceNotFoundException", "User pool client % does not exist."],
  codeExpired: ["ExpiredCodeException", "Invalid code provided, please request a code again."],
  codeWrong: ["CodeMismatchException", "Invalid verification code provided, please try again."],
  constraint: ["InvalidParameterException", "%"],
  credentialsWrong: ["NotAuthorizedException", "Incorrect username or password."],
  emailInvalid: ["InvalidParameterException", "Invalid email address format."],
  filterInvalid: ["InvalidParameterException", "Error while parsing filter."],
  flowDisabled: ["InvalidParameterException", "% flow not enabled for this client"],
  flowForAdmins: ["InvalidParameterException", "Initiate Auth method not supported."],
  groupExists: ["GroupExistsException", "A group with the name already exists."],
  groupMissing: ["ResourceNotFoundException", "Group not found."],
  operationUnknown: ["UnknownOperationException", "% is not an operation that is served on this machine"],
  parameterMissing: ["InvalidParameterException", "Missing required parameter %"],
  passwordWeak: ["InvalidPasswordException", "Password did not conform with policy: %"],
  phoneInvalid: ["InvalidParameterException", "Invalid phone number format."],
  phoneMissing: ["InvalidParameterException", "User does not have delivery config set to turn on SMS_MFA"],
  poolMissing: ["ResourceNotFoundException", "User pool % does not exist."],
  refreshTokenExpired: ["NotAuthorizedException", "Refresh Token has expired"],
  refreshTokenInvalid: ["NotAuthorizedException", "Invalid Refresh Token"],
  refreshTokenRevoked: ["NotAuthorizedException", "Refresh Token has been revoked"],
  resetImpossible: [
    "InvalidParameterException",
    "Cannot reset password for the user as there is no registered/verified email or phone_number",
  ],
  resetRequired: ["PasswordResetRequiredException", "Password reset required for the user"],
  resetTooEarly: ["NotAuthorizedException", "User password cannot be reset in the current state."],
  scopeMissing: ["NotAuthorizedException", "Access Token does not have required scopes"],
  sessionExpired: ["NotAuthorizedException", "Invalid session for the user, session is expired."],
  sessionInvalid: ["NotAuthorizedException", "Invalid session for the user."],
  signUpForbidden: ["NotAuthorizedException", "SignUp is not permitted for this user pool"],
  softwareTokenDisabled: [
    "SoftwareTokenMFANotFoundException",
    "Software Token MFA has not been enabled by the userPool",
  ],
  softwareTokenMissing: ["InvalidParameterException", "User has not verified software token mfa"],
  tokenOfOther: ["UnauthorizedException", "The token was not issued to this client"],
  tokenUnsupported: ["UnsupportedTokenTypeException", "Unsupported token type"],
  userConfirmed: ["InvalidParameterException", "User is already confirmed."],
  userDisabled: ["NotAuthorizedException", "User is disabled."],
  userExists: ["UsernameExistsException", "User account already exists"],
  userMissing: ["UserNotFoundException", "User does not exist."],
  revocationDisabled: ["UnsupportedOperationException", "Token revocation is not enabled for this client"],
} as const;

export function refusal(error: keyof typeof errors, about = ""): AwsError {
  const [name, message] = errors[error];
  return new AwsError(
    name,
    400,
    message.replace("%", () => about),
  );
}
