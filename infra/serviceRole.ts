import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component } from "./component";
import { type Statement, assumedBy, policy } from "./iam";
import { lab } from "./learnerLab";
import type { SharedConfig } from "./projectConfig";

interface ServiceRoleArgs extends Pick<SharedConfig, "learnerLab"> {
  /** The service that takes the role on, for instance `lambda.amazonaws.com`. */
  readonly service: string;
  readonly statements: readonly Statement[];
  /** Its name on AWS; default: Pulumi's, which ends at random. */
  readonly name?: string | undefined;
}

/**
 * The role of a service, that may do what the statements name. In a Learner Lab, which forbids to make roles, it
 * is the lab's own, whose permissions are given.
 */
export class ServiceRole extends Component {
  readonly arn: pulumi.Output<string>;
  readonly roleName: pulumi.Output<string>;
  /** What has to exist before the role can do its work. */
  readonly ready: pulumi.Resource[];
  private readonly role: aws.iam.Role | undefined;

  constructor(name: string, args: ServiceRoleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("iam:ServiceRole", name, opts);
    if (args.learnerLab) {
      const given = aws.iam.getRoleOutput({ name: lab.role }, { parent: this });
      this.arn = given.arn;
      this.roleName = given.name;
      this.ready = [];
    } else {
      const accountId = (): pulumi.Output<string> =>
        aws.getCallerIdentityOutput({}, { parent: this }).accountId;
      this.role = new aws.iam.Role(
        name,
        {
          ...(args.name !== undefined && { name: args.name }),
          assumeRolePolicy: assumedBy(args.service, accountId),
        },
        this.child,
      );
      this.arn = this.role.arn;
      this.roleName = this.role.name;
      this.ready = [this.role, ...this.allow(name, args.statements)];
    }
    this.registerOutputs();
  }

  /** Allows more, for what isn't known yet when the role is made: a function that calls itself. */
  allow(name: string, statements: readonly Statement[]): pulumi.Resource[] {
    if (!this.role) return [];
    return [new aws.iam.RolePolicy(name, { role: this.role.id, policy: policy(statements) }, this.child)];
  }
}
