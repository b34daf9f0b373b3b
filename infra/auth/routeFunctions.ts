import type * as aws from "@pulumi/aws";
import { databaseEnvironment } from "../database/databaseClient";
import { InlineFunction } from "../inlineFunction";
import { Upstream } from "../upstream";
import type { Route } from "./apiRoutes";
import type { AuthConfig } from "./authConfig";

/** The functions that routes name, by name: one each, however many routes it answers. */
export function routeFunctions(
  routes: readonly Route[],
  config: AuthConfig,
): Readonly<Record<string, aws.lambda.Function>> {
  const named = new Map(
    routes.flatMap((route) => (route.function ? [[route.function.name, route.function]] : [])),
  );
  const database = [...named.values()].some((own) => own.database) ? databaseOf(config) : undefined;
  return Object.fromEntries(
    [...named].map(([name, { callback, packages, ...own }]) => {
      const network = own.database ? database : undefined;
      const { function: made } = new InlineFunction(name, {
        config,
        callback,
        packages,
        environment: {
          ALLOWED_ORIGIN: config.allowedOrigin,
          ...(network && databaseEnvironment(network.database)),
        },
        memorySize: 512,
        // API Gateway waits for no more.
        timeout: 29,
        ...(network && { network }),
        statements: network
          ? [{ actions: ["secretsmanager:GetSecretValue"], resources: [network.database.secretArn] }]
          : [],
        logRetentionDays: config.logRetentionDays,
      });
      return [name, made] as const;
    }),
  );
}

/** Where the database is, and the secret of the role that only reads. */
function databaseOf(config: AuthConfig) {
  const networking = new Upstream("networking", config.networkingStack);
  const database = new Upstream("database", config.databaseStack);
  return {
    vpcId: networking.get("vpcId"),
    subnetIds: networking.get("privateSubnetIds"),
    database: {
      endpoint: database.get("endpoint"),
      port: database.get("port"),
      databaseName: database.get("databaseName"),
      secretArn: database.get("readerSecretArn"),
      securityGroupId: database.get("securityGroupId"),
    },
  };
}
