import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminDeleteUserAttributesCommand,
  AdminDeleteUserCommand,
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminRemoveUserFromGroupCommand,
  AdminSetUserPasswordCommand,
  AdminUpdateUserAttributesCommand,
  AdminUserGlobalSignOutCommand,
  type CognitoIdentityProviderClient,
  CreateGroupCommand,
  DeleteGroupCommand,
  GroupExistsException,
  type GroupType,
  ListUsersCommand,
  type UserType,
  paginateAdminListGroupsForUser,
  paginateListGroups,
  paginateListUsers,
  paginateListUsersInGroup,
} from "@aws-sdk/client-cognito-identity-provider";

/** A pool and the client of Cognito's API to change it with. */
export interface Pool {
  readonly client: CognitoIdentityProviderClient;
  readonly UserPoolId: string;
}

type Attributes = Readonly<Record<string, string>>;

interface NewUser {
  readonly username: string;
  readonly password: string;
  /** Whether the user has to choose another one at the first sign-in. */
  readonly temporary: boolean;
  readonly attributes: Attributes;
}

/** Makes a user who can sign in at once; no message is sent. A user whose password is refused isn't made. */
export async function createUser({ client, UserPoolId }: Pool, user: NewUser): Promise<void> {
  const { username: Username, password, temporary, attributes } = user;
  await client.send(
    new AdminCreateUserCommand({
      UserPoolId,
      Username,
      UserAttributes: attributeList(attributes),
      TemporaryPassword: password,
      MessageAction: "SUPPRESS",
    }),
  );
  if (!temporary) await setPassword({ client, UserPoolId }, { username: Username, password, temporary });
}

export async function deleteUser({ client, UserPoolId }: Pool, Username: string): Promise<void> {
  await client.send(new AdminDeleteUserCommand({ UserPoolId, Username }));
}

export async function setPassword(
  { client, UserPoolId }: Pool,
  { username, password, temporary }: Omit<NewUser, "attributes">,
): Promise<void> {
  const request = { UserPoolId, Username: username, Password: password, Permanent: !temporary };
  await client.send(new AdminSetUserPasswordCommand(request));
}

export async function updateAttributes(
  { client, UserPoolId }: Pool,
  Username: string,
  attributes: Attributes,
): Promise<void> {
  const UserAttributes = attributeList(attributes);
  await client.send(new AdminUpdateUserAttributesCommand({ UserPoolId, Username, UserAttributes }));
}

export async function deleteAttributes(
  { client, UserPoolId }: Pool,
  Username: string,
  UserAttributeNames: string[],
): Promise<void> {
  await client.send(new AdminDeleteUserAttributesCommand({ UserPoolId, Username, UserAttributeNames }));
}

export async function enableUser({ client, UserPoolId }: Pool, Username: string): Promise<void> {
  await client.send(new AdminEnableUserCommand({ UserPoolId, Username }));
}

export async function disableUser({ client, UserPoolId }: Pool, Username: string): Promise<void> {
  await client.send(new AdminDisableUserCommand({ UserPoolId, Username }));
}

export async function signOutUser({ client, UserPoolId }: Pool, Username: string): Promise<void> {
  await client.send(new AdminUserGlobalSignOutCommand({ UserPoolId, Username }));
}

interface ListedUser {
  readonly username: string;
  /** CONFIRMED, FORCE_CHANGE_PASSWORD, …, with "disabled" where the user is. */
  readonly status: string;
  readonly attributes: Attributes;
}

export function listUsers({ client, UserPoolId }: Pool): Promise<ListedUser[]> {
  return listed(paginateListUsers({ client }, { UserPoolId }), ({ Users }) => Users, listedUser);
}

/** A page of the users, and what to ask with for the next; undefined where there is none. */
export async function listSomeUsers(
  { client, UserPoolId }: Pool,
  PaginationToken?: string,
): Promise<{ users: ListedUser[]; next: string | undefined }> {
  const request = { UserPoolId, Limit: 50, ...(PaginationToken !== undefined && { PaginationToken }) };
  const answer = await client.send(new ListUsersCommand(request));
  return { users: (answer.Users ?? []).map(listedUser), next: answer.PaginationToken };
}

export function listUsersInGroup({ client, UserPoolId }: Pool, GroupName: string): Promise<ListedUser[]> {
  const pages = paginateListUsersInGroup({ client }, { UserPoolId, GroupName });
  return listed(pages, ({ Users }) => Users, listedUser);
}

/** All members of all pages, each as `show` makes it. */
async function listed<Page, M, T>(
  pages: AsyncIterable<Page>,
  membersOf: (page: Page) => M[] | undefined,
  show: (member: M) => T,
): Promise<T[]> {
  const all: T[] = [];
  for await (const page of pages) all.push(...(membersOf(page) ?? []).map(show));
  return all;
}

function listedUser({ Username = "", UserStatus, Enabled, Attributes = [] }: UserType): ListedUser {
  return {
    username: Username,
    status: [UserStatus, ...(Enabled === false ? ["disabled"] : [])].join(", "),
    attributes: Object.fromEntries(Attributes.map(({ Name = "", Value = "" }) => [Name, Value])),
  };
}

/** @returns whether it was made; false where it was there already */
export async function createGroup(
  { client, UserPoolId }: Pool,
  GroupName: string,
  Description?: string,
): Promise<boolean> {
  try {
    await client.send(new CreateGroupCommand({ UserPoolId, GroupName, Description }));
    return true;
  } catch (error) {
    if (error instanceof GroupExistsException) return false;
    throw error;
  }
}

export async function deleteGroup({ client, UserPoolId }: Pool, GroupName: string): Promise<void> {
  await client.send(new DeleteGroupCommand({ UserPoolId, GroupName }));
}

interface ListedGroup {
  readonly name: string;
  readonly description: string;
}

export function listGroups({ client, UserPoolId }: Pool): Promise<ListedGroup[]> {
  return listed(paginateListGroups({ client }, { UserPoolId }), ({ Groups }) => Groups, listedGroup);
}

export function listGroupsForUser({ client, UserPoolId }: Pool, Username: string): Promise<ListedGroup[]> {
  const pages = paginateAdminListGroupsForUser({ client }, { UserPoolId, Username });
  return listed(pages, ({ Groups }) => Groups, listedGroup);
}

function listedGroup({ GroupName = "", Description = "" }: GroupType): ListedGroup {
  return { name: GroupName, description: Description };
}

export async function addToGroup(
  { client, UserPoolId }: Pool,
  Username: string,
  GroupName: string,
): Promise<void> {
  await client.send(new AdminAddUserToGroupCommand({ UserPoolId, Username, GroupName }));
}

export async function removeFromGroup(
  { client, UserPoolId }: Pool,
  Username: string,
  GroupName: string,
): Promise<void> {
  await client.send(new AdminRemoveUserFromGroupCommand({ UserPoolId, Username, GroupName }));
}

function attributeList(attributes: Attributes) {
  return Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }));
}
