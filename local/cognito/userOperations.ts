import { z } from "zod";
import { attributeList, checkOwn, deleteAttributes, updateAttributes } from "./attributes";
import { refusal } from "./errors";
import { type Operation, attributes, byBearer, newPassword, nothing } from "./operation";
import { mfaDescription } from "./mfaOperations";
import { sendAttributeCode, setPassword, verifyAttribute } from "./passwords";
import { hasPassword, removeUser, signOut } from "./store";

/** What a user does for himself, by an access token that may. */
export const userOperations: Readonly<Record<string, Operation>> = {
  GetUser: byBearer(nothing, ({ user }) => ({
    Username: user.username,
    UserAttributes: attributeList(user),
    ...mfaDescription(user),
  })),
  ChangePassword: byBearer(
    z.object({ PreviousPassword: z.string(), ProposedPassword: newPassword }),
    ({ pool, user, input }) => {
      if (!hasPassword(pool, user, input.PreviousPassword)) throw refusal("credentialsWrong");
      setPassword(pool, user, input.ProposedPassword);
    },
  ),
  UpdateUserAttributes: byBearer(z.object({ UserAttributes: attributes }), ({ pool, user, input, store }) => {
    checkOwn(input.UserAttributes.map(({ Name }) => Name));
    const before = user.attributes.get("email");
    updateAttributes(pool, user, input.UserAttributes);
    const isNew = user.attributes.get("email") !== before;
    const isSent = isNew && pool.settings.autoVerifiedAttributes.includes("email");
    const sent = isSent ? [sendAttributeCode(user, "email", store.deliver).CodeDeliveryDetails] : [];
    return { CodeDeliveryDetailsList: sent };
  }),
  GetUserAttributeVerificationCode: byBearer(
    z.object({ AttributeName: z.string() }),
    ({ user, input, store }) => sendAttributeCode(user, input.AttributeName, store.deliver),
  ),
  VerifyUserAttribute: byBearer(
    z.object({ AttributeName: z.string(), Code: z.string() }),
    ({ user, input }) => verifyAttribute(user, input.AttributeName, input.Code),
  ),
  DeleteUserAttributes: byBearer(
    z.object({ UserAttributeNames: z.array(z.string()) }),
    ({ pool, user, input }) => {
      checkOwn(input.UserAttributeNames);
      deleteAttributes(pool, user, input.UserAttributeNames);
    },
  ),
  DeleteUser: byBearer(nothing, ({ pool, user }) => removeUser(pool, user)),
  GlobalSignOut: byBearer(nothing, ({ pool, user }) => signOut(pool, user)),

  // What Cognito answers about devices in a pool that remembers none.
  ListDevices: byBearer(nothing, () => ({ Devices: [] })),
};
