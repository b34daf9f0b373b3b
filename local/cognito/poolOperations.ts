import { z } from "zod";
import { type Operation, admin, capitalized, nothing } from "./operation";
import { clientOf } from "./store";

/** What administrators ask about pools and clients; both are made by Pulumi's programs. */
export const poolOperations: Readonly<Record<string, Operation>> = {
  DescribeUserPool: admin(nothing, ({ pool: { settings, ...pool } }) => {
    const {
      passwordPolicy,
      tags,
      schemas: _own,
      region: _r,
      softwareTokenMfaConfiguration: _m,
      ...rest
    } = settings;
    const { arn, creationDate, lastModifiedDate } = pool;
    return {
      UserPool: {
        ...capitalized({ ...rest, arn, creationDate, lastModifiedDate, schemaAttributes: pool.schema }),
        Policies: capitalized({ passwordPolicy }),
        UserPoolTags: tags,
        EstimatedNumberOfUsers: pool.users.size,
      },
    };
  }),
  DescribeUserPoolClient: admin(z.object({ ClientId: z.string() }), ({ pool, input }) => {
    const client = clientOf(pool, input.ClientId);
    const { id: clientId, name: clientName, region: _region, generateSecret: _secret, ...rest } = client;
    const { secret: clientSecret, ...settings } = rest;
    return { UserPoolClient: capitalized({ clientId, clientName, clientSecret, ...settings }) };
  }),
};
