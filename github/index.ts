import { readConfig } from "../infra/config";
import { GithubRoles, githubConfig } from "../infra/github/githubRoles";

const roles = new GithubRoles("roles", readConfig(githubConfig));

export const deployRoles = roles.deployRoles;
export const previewRole = roles.previewRole;
