import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminDeleteUserCommand,
  AdminRemoveUserFromGroupCommand,
  AdminSetUserPasswordCommand,
  AdminUpdateUserAttributesCommand,
  type CognitoIdentityProviderClient,
  CreateGroupCommand,
  DeleteGroupCommand,
  GroupExistsException,
  paginateListGroups,
  paginateListUsers,
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

interface ListedUser {
  readonly username: string;
  /** CONFIRMED, FORCE_CHANGE_PASSWORD, …, with "disabled" where the user is. */
  readonly status: string;
  readonly attributes: Attributes;
}

export async function listUsers({ client, UserPoolId }: Pool): Promise<ListedUser[]> {
  const users: ListedUser[] = [];
  for await (const { Users = [] } of paginateListUsers({ client }, { UserPoolId })) {
    for (const { Username = "", UserStatus = "", Enabled, Attributes = [] } of Users) {
      users.push({
        username: Username,
        status: Enabled === false ? `${UserStatus}, disabled` : UserStatus,
        attributes: Object.fromEntries(Attributes.map(({ Name = "", Value = "" }) => [Name, Value])),
      });
    }
  }
  return users;
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

export async function listGroups({
  client,
  UserPoolId,
}: Pool): Promise<{ name: string; description: string }[]> {
  const groups: { name: string; description: string }[] = [];
  for await (const { Groups = [] } of paginateListGroups({ client }, { UserPoolId })) {
    groups.push(
      ...Groups.map(({ GroupName = "", Description = "" }) => ({
        name: GroupName,
        description: Description,
      })),
    );
  }
  return groups;
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
