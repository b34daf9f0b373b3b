/** The path of an environment's roles and instance profiles: who deploys another environment may not touch them. */
export const rolePath = (environment: string): string => `/groundwork/${environment}/`;

/** The path of the roles that deploy, and of what bounds the others: no environment's deployment may touch them. */
export const githubRolePath = "/groundwork-github/";
