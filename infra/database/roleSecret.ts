import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component } from "../component";
import { environmentName } from "../names";

/**
 * An empty secret for a role inside PostgreSQL. The schema function puts the name and a password into it, in the
 * cloud: neither this program nor its state ever holds them.
 */
export class RoleSecret extends Component {
  readonly arn: pulumi.Output<string>;

  /** @param args deletionProtection: whether a destroyed secret can be brought back, for 30 days */
  constructor(name: string, args: { deletionProtection: boolean }, opts?: pulumi.ComponentResourceOptions) {
    super("database:RoleSecret", name, opts);
    const secret = new aws.secretsmanager.Secret(
      name,
      {
        namePrefix: `${environmentName(name)}-`,
        description: `PostgreSQL's role ${name}: made by the schema function`,
        recoveryWindowInDays: args.deletionProtection ? 30 : 0,
      },
      this.child,
    );
    this.arn = secret.arn;
    this.registerOutputs();
  }
}
