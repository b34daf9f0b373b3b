import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../component";

interface DatabaseEventsArgs {
  /** The SNS topic that is told. */
  readonly topicArn: string;
  readonly instanceId: pulumi.Input<string>;
  readonly parameterGroupName: pulumi.Input<string>;
}

/**
 * Tells a topic what RDS does to the database, and that it fails: the subscriptions that AWS's controls RDS.19 to
 * RDS.22 ask for. https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html
 */
export class DatabaseEvents extends Component {
  constructor(name: string, args: DatabaseEventsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("database:DatabaseEvents", name, opts);
    const subscribe = (what: string, more: Partial<aws.rds.EventSubscriptionArgs>): void => {
      new aws.rds.EventSubscription(
        `${name}-${what}`,
        { snsTopic: args.topicArn, sourceType: `db-${what}`, ...more },
        this.child,
      );
    };
    subscribe("instance", {
      sourceIds: [args.instanceId],
      eventCategories: ["configuration change", "failover", "failure", "low storage", "maintenance"],
    });
    subscribe("parameter-group", {
      sourceIds: [args.parameterGroupName],
      eventCategories: ["configuration change"],
    });
    this.registerOutputs();
  }
}
