/** What an action can be told beside where it works. */
type Extra =
  | "username"
  | "password"
  | "newPassword"
  | "group"
  | "description"
  | "attributes"
  | "names"
  | "temporary"
  | "login";

export interface Action {
  readonly summary: string;
  readonly takes: readonly Extra[];
}

/** The actions of `npm run cognito`, by name. What each does stands in perform.ts, which loads the AWS SDK. */
export const actions = {
  "get-token": {
    summary: "sign in by name and password, and write the tokens into the env file",
    takes: ["username", "password", "newPassword"],
  },
  login: {
    summary: "sign in with the browser at the hosted UI, and write the tokens into the env file",
    takes: ["login"],
  },
  "refresh-token": {
    summary: "get new access and ID tokens for the refresh token in the env file",
    takes: [],
  },
  "revoke-token": {
    summary:
      "make the refresh token in the env file useless; tokens that it gave stay good until they expire",
    takes: [],
  },
  "check-api": {
    summary:
      "call every route of the API with every kind of token, and compare the answers with the expected",
    takes: [],
  },
  "create-user": {
    summary: "make a user who can sign in at once (with --temporary: after choosing another password)",
    takes: ["username", "password", "attributes", "temporary"],
  },
  "delete-user": { summary: "delete a user", takes: ["username"] },
  "set-password": { summary: "give a user another password", takes: ["username", "password", "temporary"] },
  "update-attributes": { summary: "change attributes of a user", takes: ["username", "attributes"] },
  "delete-attributes": { summary: "take attributes from a user", takes: ["username", "names"] },
  "enable-user": { summary: "let a user sign in again", takes: ["username"] },
  "disable-user": {
    summary: "keep a user from signing in; access and ID tokens that he has stay good until they expire",
    takes: ["username"],
  },
  "sign-out-user": {
    summary: "make all refresh tokens of a user useless, wherever he is signed in",
    takes: ["username"],
  },
  "list-users": { summary: "list the users, with their status and attributes", takes: [] },
  "create-group": {
    summary: "make a group; one that is there stays as it is",
    takes: ["group", "description"],
  },
  "delete-group": { summary: "delete a group; its members stay users", takes: ["group"] },
  "list-groups": { summary: "list the groups", takes: [] },
  "list-groups-for-user": { summary: "list the groups that a user is a member of", takes: ["username"] },
  "list-users-in-group": { summary: "list the members of a group", takes: ["group"] },
  "add-to-group": {
    summary: "make a user a member of a group; his next tokens say so",
    takes: ["username", "group"],
  },
  "remove-from-group": {
    summary: "end a user's membership of a group; tokens that he has stay as they are",
    takes: ["username", "group"],
  },
} as const satisfies Readonly<Record<string, Action>>;

export type ActionName = keyof typeof actions;
