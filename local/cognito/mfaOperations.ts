import { z } from "zod";
import { newSoftwareToken, verifySoftwareToken } from "./challenges";
import { refusal } from "./errors";
import { type Operation, admin, adminOfUser, byBearer, bySession, nothing } from "./operation";
import type { User } from "./store";

const setting = z.object({ Enabled: z.boolean().default(false), PreferredMfa: z.boolean().default(false) });
const preference = z.object({
  EmailMfaSettings: setting.optional(),
  SMSMfaSettings: setting.optional(),
  SoftwareTokenMfaSettings: setting.optional(),
});

/** Second factors: authenticator apps. A user sets his up when signed in, or when a sign-in asks for it. */
export const mfaOperations: Readonly<Record<string, Operation>> = {
  AssociateSoftwareToken: bySession(nothing, ({ pool, user, challenge }) => {
    const token = newSoftwareToken(pool);
    (challenge ?? user).softwareToken = token;
    return { SecretCode: token.secret };
  }),
  VerifySoftwareToken: bySession(z.object({ UserCode: z.string() }), ({ user, challenge, input }) => {
    verifySoftwareToken((challenge ?? user).softwareToken, input.UserCode);
    return { Status: "SUCCESS" };
  }),
  SetUserMFAPreference: byBearer(preference, ({ user, input }) => prefer(user, input)),
  AdminSetUserMFAPreference: adminOfUser(preference, ({ user, input }) => prefer(user, input)),
  GetUserPoolMfaConfig: admin(nothing, ({ pool: { settings } }) => ({
    SoftwareTokenMfaConfiguration: { Enabled: settings.softwareTokenMfaConfiguration.enabled },
    MfaConfiguration: settings.mfaConfiguration,
  })),
  GetUserAuthFactors: byBearer(nothing, ({ user }) => ({
    Username: user.username,
    ConfiguredUserAuthFactors: ["PASSWORD"],
    ...mfaDescription(user),
  })),
};

const softwareToken = "SOFTWARE_TOKEN_MFA";

/** The second factors of a user, as Cognito's answers have them. */
export function mfaDescription({ softwareToken: token }: User): object {
  return {
    ...(token?.isEnabled && { UserMFASettingList: [softwareToken] }),
    ...(token?.isEnabled && token.isPreferred && { PreferredMfaSetting: softwareToken }),
  };
}

function prefer(user: User, input: z.infer<typeof preference>): void {
  const { SoftwareTokenMfaSettings: totp, SMSMfaSettings: sms, EmailMfaSettings: email } = input;
  const { softwareToken: token } = user;
  if (totp?.Enabled && !token?.isVerified) throw refusal("softwareTokenMissing");
  if (sms?.Enabled) throw refusal("phoneMissing");
  if (email?.Enabled) throw refusal("emailMfaDisabled");
  if (!totp || !token) return;
  token.isEnabled = totp.Enabled;
  token.isPreferred = totp.Enabled && totp.PreferredMfa;
}
