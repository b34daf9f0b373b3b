import { githubRolePath, rolePath } from "./rolePaths";
import { type Note, type Rule, must } from "./rule";
import { allowedActions, allowsExactly, broadGrant, broadPolicy } from "./statements";

export const identityRules: readonly (Rule | Note)[] = [
  {
    controls: ["IAM.1", "IAM.21", "KMS.1", "KMS.2"],
    asks: "policies name the actions and the resources that they allow",
    of: ["aws:iam/rolePolicy:RolePolicy", "aws:iam/policy:Policy"],
    reads: ["policy"],
    refuses: ([policy]) => broadPolicy(policy),
    except: [
      {
        covers: (_, [policy]) => allowsExactly(policy, apiGatewayLogging),
        reason:
          "API Gateway refuses a role for its logs that may not do all of AmazonAPIGatewayPushToCloudWatchLogs.",
      },
      {
        covers: ({ name }, _, sentence) =>
          name.startsWith("github-boundary-") && sentence.includes(" on *: "),
        reason:
          "A permissions boundary allows nothing by itself: what a role may do on what, its own policy says.",
      },
      {
        covers: ({ name }, [policy]) =>
          name.startsWith("github-plan-") &&
          allowedActions(policy).every((action) => /:(Get|List|Describe)/i.test(action)),
        reason:
          "Who looks for drift reads how each resource is set up, whose names end in characters of Pulumi's own.",
      },
    ],
  },
  {
    controls: [],
    asks: "roles have no policies of AWS's, which allow more than a program calls",
    of: ["aws:iam/rolePolicyAttachment:RolePolicyAttachment"],
    reads: ["policyArn"],
    refuses: ([policyArn]) => `attaches ${String(policyArn)}: write a policy with what is needed`,
    except: [
      {
        covers: ({ name }, [policyArn]) =>
          name.startsWith("github-deploy-") && policyArn === "arn:aws:iam::aws:policy/PowerUserAccess",
        reason: "Who deploys may make whatever the programs make; GitHub's environment protects it.",
      },
    ],
  },
  {
    controls: [],
    asks: "no role changes what roles may do, or hands one on",
    of: ["aws:iam/rolePolicy:RolePolicy"],
    reads: ["policy"],
    refuses: ([policy]) => {
      const changing = allowedActions(policy).filter((action) => /^iam:(?!Get|List)/i.test(action));
      return changing.length === 0 ? undefined : `allows ${changing.join(", ")}: leave that to who deploys`;
    },
    except: [
      {
        covers: ({ name }) => name.startsWith("github-deploy-"),
        reason: "Who deploys makes the programs' roles, in their environment's path and within its boundary.",
      },
    ],
  },
  {
    controls: [],
    asks: "roles lie in the path of their environment, or of what makes all of them",
    of: ["aws:iam/role:Role", "aws:iam/instanceProfile:InstanceProfile"],
    reads: ["path"],
    refuses: ([path], { stack }) =>
      path === rolePath(stack) || path === githubRolePath
        ? undefined
        : `lies where others may rewrite it: leave its path to infra/roleConfinement.ts`,
  },
  {
    controls: [],
    asks: "roles have their policies as resources of their own",
    of: ["aws:iam/role:Role"],
    reads: ["managedPolicyArns", "inlinePolicies"],
    refuses: must(
      (managed, inline) => managed === undefined && inline === undefined,
      "has policies of its own, which fight separate ones: use RolePolicy",
    ),
  },
  {
    controls: ["SQS.3"],
    asks: "who may take on a role, or use a resource, is named",
    of: [
      "aws:s3/bucketPolicy:BucketPolicy",
      "aws:sqs/queuePolicy:QueuePolicy",
      "aws:secretsmanager/secretPolicy:SecretPolicy",
    ],
    reads: ["policy"],
    refuses: ([policy]) => broadGrant(policy),
  },
  {
    controls: [],
    asks: "who may take on a role is named, and services act for this account alone",
    of: ["aws:iam/role:Role"],
    reads: ["assumeRolePolicy"],
    refuses: ([policy]) => broadGrant(policy),
  },
];

const apiGatewayLogging = [
  "logs:CreateLogGroup",
  "logs:CreateLogStream",
  "logs:DescribeLogGroups",
  "logs:DescribeLogStreams",
  "logs:FilterLogEvents",
  "logs:GetLogEvents",
  "logs:PutLogEvents",
];
