import * as pulumi from "@pulumi/pulumi";

/**
 * The physical name of a resource whose name AWS wants to be unique in the account, or that people look for.
 *
 * The plain names (`demo-db`, `private-db-subnet`) are those of the tutorial that the environment `dev`
 * reproduces; any other environment puts its own name in front, so that several fit in one account.
 */
export function physicalName(base: string): string {
  const environment = pulumi.getStack();
  return environment === "dev" ? base : `${environment}-${base}`;
}

/** The name of a resource that carries its environment's name everywhere, as `dev-pool` does. */
export function environmentName(base: string): string {
  return `${pulumi.getStack()}-${base}`;
}
