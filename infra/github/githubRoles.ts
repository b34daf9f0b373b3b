import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component } from "../component";
import { policy } from "../iam";
import { githubRolePath } from "../../policy/rolePaths";
import { planStatements, previewStatements } from "./planStatements";
import { boundaryStatement, denyOthers, deployStatements, sharedLogs } from "./deployPolicy";
import type { GithubConfig } from "./githubConfig";

const issuer = "token.actions.githubusercontent.com";

/**
 * The roles of GitHub Actions: for each environment one that deploys, and one that reads, to plan and to look for
 * drift; and one for pull requests that may read what a plan looks up. GitHub signs what a job is (OIDC); AWS checks it, and no key is stored anywhere.
 */
export class GithubRoles extends Component {
  /** By environment. */
  readonly deployRoles: Record<string, pulumi.Output<string>>;
  /** By environment: what groundwork:permissionsBoundaryArn names. */
  readonly permissionsBoundaries: Record<string, pulumi.Output<string>>;
  /** By environment. */
  readonly planRoles: Record<string, pulumi.Output<string>>;
  readonly previewRole: pulumi.Output<string>;

  constructor(name: string, args: GithubConfig, opts?: pulumi.ComponentResourceOptions) {
    super("github:GithubRoles", name, opts);
    const provider = this.provider(args.createProvider);
    const role = (purpose: string, subject: string, description: string): aws.iam.Role =>
      new aws.iam.Role(
        `github-${purpose}`,
        {
          description,
          path: githubRolePath,
          assumeRolePolicy: trust(provider, subjects(args, subject)),
          // As long as the job that deploys may take.
          maxSessionDuration: 5400,
        },
        this.child,
      );
    const boundaries = args.environments.map(
      (environment) => [environment, this.boundary(environment)] as const,
    );
    this.permissionsBoundaries = Object.fromEntries(
      boundaries.map(([environment, { arn }]) => [environment, arn]),
    );
    this.deployRoles = Object.fromEntries(
      args.environments.map((environment) => {
        const deploys = role(
          `deploy-${environment}`,
          `environment:${environment}`,
          `GitHub Actions deploys ${environment}`,
        );
        this.allowDeploy(environment, deploys, this.permissionsBoundaries[environment] ?? "");
        return [environment, deploys.arn];
      }),
    );
    this.planRoles = Object.fromEntries(
      args.environments.map((environment) => {
        const plans = role(
          `plan-${environment}`,
          `environment:${environment}-plan`,
          `GitHub Actions plans ${environment} and looks for drift`,
        );
        this.allow(`plan-${environment}`, plans, planStatements);
        return [environment, plans.arn];
      }),
    );
    const previews = role("preview", "pull_request", "GitHub Actions plans pull requests");
    this.allow("preview", previews, previewStatements);
    this.previewRole = previews.arn;
    this.registerOutputs();
  }

  private provider(isOurs: boolean): pulumi.Output<string> {
    if (!isOurs) {
      const { accountId } = aws.getCallerIdentityOutput({}, { parent: this });
      return pulumi.interpolate`arn:aws:iam::${accountId}:oidc-provider/${issuer}`;
    }
    return new aws.iam.OpenIdConnectProvider(
      "github",
      { url: `https://${issuer}`, clientIdLists: ["sts.amazonaws.com"] },
      this.child,
    ).arn;
  }

  /** The most that a role of the environment may be allowed, whoever writes its policies. */
  private boundary(environment: string): aws.iam.Policy {
    return new aws.iam.Policy(
      `github-boundary-${environment}`,
      {
        name: environment,
        path: githubRolePath,
        description: `The most that roles of ${environment} may do`,
        policy: policy([boundaryStatement], [denyOthers(environment, sharedLogs)]),
      },
      this.child,
    );
  }

  /** Everything but IAM comes from AWS's own policy; of IAM what the programs make and hand to services. */
  private allowDeploy(environment: string, role: aws.iam.Role, boundary: pulumi.Input<string>): void {
    new aws.iam.RolePolicyAttachment(
      `github-deploy-${environment}`,
      { role: role.name, policyArn: "arn:aws:iam::aws:policy/PowerUserAccess" },
      this.child,
    );
    this.allow(`deploy-${environment}`, role, deployStatements(environment, boundary), [
      denyOthers(environment),
    ]);
  }

  private allow(purpose: string, role: aws.iam.Role, ...statements: Parameters<typeof policy>): void {
    new aws.iam.RolePolicy(`github-${purpose}`, { role: role.id, policy: policy(...statements) }, this.child);
  }
}

/**
 * How GitHub names a kind of job of this repository: by names, and where it was made or renamed since July 2026 by
 * names and numbers, which nobody gets who takes a name that became free.
 * https://docs.github.com/en/actions/reference/security/oidc
 */
function subjects({ repository, ownerId, repositoryId }: GithubConfig, job: string): string[] {
  const [owner, name] = repository.split("/");
  const named = `repo:${repository}:${job}`;
  return ownerId === undefined ? [named] : [named, `repo:${owner}@${ownerId}/${name}@${repositoryId}:${job}`];
}

/** Exactly this repository and this kind of job: a wildcard here would let others in. */
function trust(provider: pulumi.Output<string>, subject: string[]): pulumi.Output<string> {
  return pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: "sts:AssumeRoleWithWebIdentity",
        Principal: { Federated: provider },
        Condition: {
          StringEquals: { [`${issuer}:aud`]: "sts.amazonaws.com", [`${issuer}:sub`]: subject },
        },
      },
    ],
  });
}
