import { z } from "zod";
import { userDescription } from "./attributes";
import { type Operation, admin, adminOfUser, capitalized, limit, newGroupName, page } from "./operation";
import { type Group, type Pool, addGroup, groupOf } from "./store";

const named = z.object({ GroupName: z.string() });
const listed = z.object({ Limit: limit, NextToken: z.string().optional() });
const settings = {
  Description: z.string().max(2048).optional(),
  Precedence: z.int().min(0).optional(),
  RoleArn: z.string().optional(),
};

export const groupOperations: Readonly<Record<string, Operation>> = {
  CreateGroup: admin(z.object({ GroupName: newGroupName, ...settings }), ({ pool, input }) => {
    const {
      GroupName: groupName,
      Description: description,
      Precedence: precedence,
      RoleArn: roleArn,
    } = input;
    return groupAnswer(pool, addGroup(pool, { groupName, description, precedence, roleArn }));
  }),
  GetGroup: admin(named, ({ pool, input }) => groupAnswer(pool, groupOf(pool, input.GroupName))),
  DeleteGroup: admin(named, ({ pool, input: { GroupName } }) => {
    groupOf(pool, GroupName);
    pool.groups.delete(GroupName);
    for (const user of pool.users.values()) user.groups.delete(GroupName);
  }),
  ListGroups: admin(listed, ({ pool, input }) => groupPage(pool, pool.groups, input)),
  ListUsersInGroup: admin(named.and(listed), ({ pool, input: { GroupName, Limit, NextToken } }) => {
    groupOf(pool, GroupName);
    const inGroup = [...pool.users].filter(([, user]) => user.groups.has(GroupName));
    const { members, next } = page(inGroup, Limit, NextToken);
    return { Users: members.map((user) => userDescription(user)), NextToken: next };
  }),
  AdminAddUserToGroup: adminOfUser(named, ({ pool, user, input: { GroupName } }) => {
    groupOf(pool, GroupName);
    user.groups.add(GroupName);
  }),
  AdminRemoveUserFromGroup: adminOfUser(named, ({ pool, user, input: { GroupName } }) => {
    groupOf(pool, GroupName);
    user.groups.delete(GroupName);
  }),
  AdminListGroupsForUser: adminOfUser(listed, ({ pool, user, input }) =>
    groupPage(pool, groupsOf(pool, user.groups), input),
  ),
};

const groupsOf = (pool: Pool, names: Iterable<string>): [string, Group][] =>
  [...names].map((name) => [name, groupOf(pool, name)]);

const groupOfPool = ({ id: userPoolId }: Pool, group: Group): object => capitalized({ ...group, userPoolId });

const groupAnswer = (pool: Pool, group: Group): object => ({ Group: groupOfPool(pool, group) });

function groupPage(
  pool: Pool,
  groups: Iterable<readonly [string, Group]>,
  { Limit, NextToken }: z.infer<typeof listed>,
): object {
  const { members, next } = page(groups, Limit, NextToken);
  return { Groups: members.map((group) => groupOfPool(pool, group)), NextToken: next };
}
