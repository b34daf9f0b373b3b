import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../component";
import { environmentName } from "../names";

/** Requests from one address in five minutes, above which it is refused. */
const mostPerAddress = 2000;

/**
 * AWS WAF before a stage of the API: refuses what AWS's common rules know as attacks, and an address that floods it.
 * $5 a month, $1 a rule, and $0.60 a million requests: https://aws.amazon.com/waf/pricing/
 */
export class ApiFirewall extends Component {
  constructor(
    name: string,
    args: { stageArn: pulumi.Input<string> },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("auth:ApiFirewall", name, opts);
    const visible = (metricName: string) => ({
      cloudwatchMetricsEnabled: true,
      sampledRequestsEnabled: true,
      metricName,
    });
    const acl = new aws.wafv2.WebAcl(
      name,
      {
        name: environmentName(name),
        description: "Before the API",
        scope: "REGIONAL",
        defaultAction: { allow: {} },
        visibilityConfig: visible(environmentName(name)),
        rules: [
          {
            name: "common",
            priority: 1,
            overrideAction: { none: {} },
            statement: {
              managedRuleGroupStatement: { vendorName: "AWS", name: "AWSManagedRulesCommonRuleSet" },
            },
            visibilityConfig: visible("common"),
          },
          {
            name: "flood",
            priority: 2,
            action: { block: {} },
            statement: { rateBasedStatement: { limit: mostPerAddress, aggregateKeyType: "IP" } },
            visibilityConfig: visible("flood"),
          },
        ],
      },
      this.child,
    );
    new aws.wafv2.WebAclAssociation(name, { resourceArn: args.stageArn, webAclArn: acl.arn }, this.child);
    this.registerOutputs();
  }
}
