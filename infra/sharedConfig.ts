import { Region } from "@pulumi/aws/types/enums";
import * as z from "zod";

const inQuotes = "must be an account's twelve digits, in quotes";
/** As a number it would lose its leading zeros. */
const accountId = z.string(inQuotes).regex(/^\d{12}$/, inQuotes);

/** The config of the AWS provider that Groundwork itself reads; the provider knows more keys. */
export const awsConfig = {
  region: z.enum(Region, "is not a region of AWS, such as eu-central-1").meta({
    description: "Where everything is made.",
  }),
  allowedAccountIds: z
    .array(accountId)
    .optional()
    .meta({
      description:
        "The accounts that this environment may be in: with credentials of another one nothing is touched.",
      example: ["123456789012"],
    }),
};

/** The config that all five projects share. */
export const sharedConfig = {
  learnerLab: z.boolean().default(false).meta({
    description:
      "Whether the account is an AWS Academy Learner Lab, which forbids a good deal: docs/learner-lab.md.",
  }),
  retire: z.boolean().default(false).meta({
    description:
      "Whether the environment is given up: then it may do without what keeps its data, and be destroyed.",
  }),
  functionEndpointUrl: z
    .url({ protocol: /^https?$/, error: "must be a URL" })
    .optional()
    .meta({
      description:
        "Where functions find AWS, for emulators: docs/emulators.md. Unset: AWS itself, as the runtime says.",
      example: "http://localhost.localstack.cloud:4566",
    }),
};

/** The topic that hears of what needs a person. */
export const snsTopicArn = z.string().regex(/^arn:aws[a-z-]*:sns:/, "must be the ARN of an SNS topic");

/** Where a project finds the stack of another one that it reads. */
export function upstreamName(project: string) {
  return z
    .string()
    .optional()
    .meta({
      description: `Full name of the ${project} stack, where it isn't <organization>/${project}/<environment>.`,
      example: `my-organization/${project}/shared`,
    });
}
