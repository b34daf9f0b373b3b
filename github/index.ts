import { readConfig } from "../infra/config";
import { githubConfig } from "../infra/github/githubConfig";
import { GithubRoles } from "../infra/github/githubRoles";

const roles = new GithubRoles("github", readConfig(githubConfig), { aliases: [{ name: "roles" }] });

export const deployRoles = roles.deployRoles;
export const planRoles = roles.planRoles;
export const previewRole = roles.previewRole;
export const permissionsBoundaries = roles.permissionsBoundaries;
