import { z } from "zod";
import { attributeList, checkOwn, deleteAttributes, updateAttributes } from "./attributes";
import { refusal } from "./errors";
import { type Operation, attributes, byBearer, newPassword, nothing } from "./operation";
import { setPassword } from "./passwords";
import { signOut } from "./store";

const mfa = z.object({ Enabled: z.boolean().default(false), PreferredMfa: z.boolean().default(false) });

/** What a user does for himself, by an access token that may. */
export const userOperations: Readonly<Record<string, Operation>> = {
  GetUser: byBearer(nothing, ({ user }) => ({
    Username: user.username,
    UserAttributes: attributeList(user),
  })),
  ChangePassword: byBearer(
    z.object({ PreviousPassword: z.string(), ProposedPassword: newPassword }),
    ({ pool, user, input }) => {
      if (user.password !== input.PreviousPassword) throw refusal("credentialsWrong");
      setPassword(pool, user, input.ProposedPassword);
    },
  ),
  UpdateUserAttributes: byBearer(z.object({ UserAttributes: attributes }), ({ pool, user, input }) => {
    checkOwn(input.UserAttributes.map(({ Name }) => Name));
    updateAttributes(pool, user, input.UserAttributes);
    return { CodeDeliveryDetailsList: [] };
  }),
  DeleteUserAttributes: byBearer(
    z.object({ UserAttributeNames: z.array(z.string()) }),
    ({ pool, user, input }) => {
      checkOwn(input.UserAttributeNames);
      deleteAttributes(pool, user, input.UserAttributeNames);
    },
  ),
  DeleteUser: byBearer(nothing, ({ pool, user }) => {
    pool.users.delete(user.username);
  }),
  GlobalSignOut: byBearer(nothing, ({ pool, user }) => signOut(pool, user)),

  // What Cognito answers about second factors and devices in a pool that has neither.
  GetUserAuthFactors: byBearer(nothing, ({ user }) => ({
    Username: user.username,
    ConfiguredUserAuthFactors: ["PASSWORD"],
  })),
  AssociateSoftwareToken: byBearer(nothing, () => {
    throw refusal("softwareTokenDisabled");
  }),
  SetUserMFAPreference: byBearer(
    z.object({ SMSMfaSettings: mfa.optional(), SoftwareTokenMfaSettings: mfa.optional() }),
    ({ input: { SMSMfaSettings: sms, SoftwareTokenMfaSettings: totp } }) => {
      if (totp?.Enabled) throw refusal("softwareTokenMissing");
      if (sms?.Enabled) throw refusal("phoneMissing");
    },
  ),
  ListDevices: byBearer(nothing, () => ({ Devices: [] })),
};
