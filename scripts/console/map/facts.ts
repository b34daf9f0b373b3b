import { attributesOf } from "../../../programs/attributes";
import type { PlannedResource } from "../../../programs/dryRun";
import { estimate } from "../../cost/estimate";

/** What the map says of a box, beside what only the environment itself knows. */
export interface BoxFacts {
  readonly title: string;
  /** Of its resource; "" where it is none, as who stands outside. */
  readonly type: string;
  readonly stack: string;
  /** As its program names it on AWS, or the id that Pulumi's own name gives. */
  readonly name: string;
  readonly arn: string;
  readonly settings: readonly (readonly [string, string])[];
  /** Dollars a month while nothing happens; undefined where there is no price for it. */
  readonly monthly: number | undefined;
  readonly notes: readonly string[];
}

/** The inputs that are shown, by type. */
const shownInputs: Readonly<Record<string, readonly string[]>> = {
  "aws:rds/instance:Instance": [
    "engineVersion",
    "instanceClass",
    "allocatedStorage",
    "maxAllocatedStorage",
    "multiAz",
    "backupRetentionPeriod",
    "deletionProtection",
  ],
  "aws:ec2/instance:Instance": ["instanceType", "keyName"],
  "aws:lambda/function:Function": [
    "runtime",
    "memorySize",
    "timeout",
    "reservedConcurrentExecutions",
    "handler",
  ],
  "aws:s3/bucket:Bucket": ["forceDestroy"],
  "aws:sqs/queue:Queue": ["messageRetentionSeconds", "visibilityTimeoutSeconds", "sqsManagedSseEnabled"],
  "aws:cognito/userPool:UserPool": ["mfaConfiguration", "deletionProtection", "userPoolTier"],
  "aws:apigateway/restApi:RestApi": ["endpointConfiguration"],
};

/** @param account that the environment is in */
export function factsOf(resource: PlannedResource, title: string, account: string): BoxFacts {
  const { type, inputs, project } = resource;
  const own: PlannedResource = { ...resource, scope: { ...resource.scope, account } };
  const attributes = attributesOf(own);
  const { idle, idleTotal, unpriced } = estimate([resource]);
  const settings = (shownInputs[type] ?? []).flatMap((key): [string, string][] => {
    const value = inputs[key];
    if (value === undefined) return [];
    const words = key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
    return [[words, typeof value === "string" ? value : JSON.stringify(value)]];
  });
  const name = [inputs.identifier, inputs.name, attributes.name, attributes.id].find(
    (each): each is string => typeof each === "string" && each !== "",
  );
  return {
    title,
    type,
    stack: project,
    name: name ?? "",
    arn: typeof attributes.arn === "string" ? attributes.arn : "",
    settings,
    monthly: unpriced.length > 0 ? undefined : idleTotal,
    notes: idle.flatMap(({ item, monthly, note }) => [
      ...(idle.length > 1 ? [`${item}: $${monthly.toFixed(2)}`] : []),
      ...(note === undefined ? [] : [note]),
    ]),
  };
}
