import { type AttributeTable, digest, input, named, pathOf } from "./table";

/** IAM and Cognito. */
export const identity: AttributeTable = {
  "aws:iam/role:Role": (r) => ({
    id: named(r),
    name: named(r),
    arn: `arn:aws:iam::${r.scope.account}:role${pathOf(r)}${named(r)}`,
    uniqueId: `AROA${digest(r).slice(0, 17).toUpperCase()}`,
  }),
  "aws:iam/rolePolicy:RolePolicy": (r) => ({ id: `${input(r, "role")}:${named(r)}`, name: named(r) }),
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": (r) => ({
    id: `${input(r, "role")}/${input(r, "policyArn")}`,
  }),
  "aws:iam/policy:Policy": (r) => {
    const arn = `arn:aws:iam::${r.scope.account}:policy${pathOf(r)}${named(r)}`;
    return { id: arn, arn, name: named(r) };
  },
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": (r) => {
    const arn = `arn:aws:iam::${r.scope.account}:oidc-provider/${input(r, "url").replace("https://", "")}`;
    return { id: arn, arn };
  },
  "aws:cognito/userPool:UserPool": (r) => {
    const id = `${r.scope.region}_${digest(r).slice(0, 9)}`;
    return {
      id,
      arn: `arn:aws:cognito-idp:${r.scope.region}:${r.scope.account}:userpool/${id}`,
      endpoint: `cognito-idp.${r.scope.region}.amazonaws.com/${id}`,
    };
  },
  "aws:cognito/userPoolClient:UserPoolClient": (r) => {
    input(r, "userPoolId");
    return { id: digest(r).slice(0, 26), clientSecret: "" };
  },
  "aws:cognito/userGroup:UserGroup": (r) => ({ id: `${input(r, "userPoolId")}/${input(r, "name")}` }),
  "aws:cognito/resourceServer:ResourceServer": (r) => {
    const identifier = input(r, "identifier");
    const scopes = (r.inputs.scopes ?? []) as { scopeName: string }[];
    return {
      id: `${input(r, "userPoolId")}|${identifier}`,
      scopeIdentifiers: scopes.map(({ scopeName }) => `${identifier}/${scopeName}`),
    };
  },
  // The environment on this machine replaces the domain by the URL of its own hosted UI.
  "aws:cognito/userPoolDomain:UserPoolDomain": (r) => {
    input(r, "userPoolId");
    return { id: input(r, "domain"), domain: input(r, "domain"), version: "20260101000000" };
  },
};
