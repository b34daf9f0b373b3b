import type { PlannedResource } from "../../programs/dryRun";

/** A box of the picture. */
export interface Box {
  readonly id: string;
  /** Its lines: what it is, and its name. */
  readonly lines: readonly string[];
  /** Where it is drawn; nowhere means outside of AWS. */
  readonly place?: Place;
  /** What it stands for; several that are one box's leave it out. */
  readonly of?: PlannedResource;
}

/** In a subnet, among what signs in, or elsewhere in AWS. */
type Place = "public" | "private" | "auth" | "aws";

interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

export interface Architecture {
  readonly vpc: string;
  /** The ranges of the subnets, by place. */
  readonly subnets: Readonly<Record<"public" | "private", readonly string[]>>;
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
}

type Inputs = PlannedResource["inputs"];

/** What of an environment is drawn, from the resources that its programs ask for. */
export function architectureOf(resources: readonly PlannedResource[]): Architecture {
  const drawn = resources.flatMap((resource) => {
    const box = boxOf(resource);
    return box === undefined ? [] : [{ resource, box }];
  });
  const ofType = (type: string): PlannedResource[] => resources.filter((resource) => resource.type === type);
  /** The boxes of which one of the texts speaks: an ARN ends with the name, a reference is the name. */
  const named = (text: unknown): string[] =>
    drawn.filter(({ resource }) => nameEnds(String(text), resource)).map(({ box }) => box.id);
  const inGroup = (group: unknown): string[] =>
    drawn
      .filter(({ resource }) => groupsOf(resource.inputs).includes(String(group)))
      .map(({ box }) => box.id);
  const arrows: Arrow[] = [];
  const add = (froms: readonly string[], tos: readonly string[], label: string): void => {
    for (const from of froms) for (const to of tos) arrows.push({ from, to, label });
  };

  for (const { inputs } of ofType("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")) {
    add(
      inGroup(inputs.referencedSecurityGroupId),
      inGroup(inputs.securityGroupId),
      `${String(inputs.ipProtocol)} ${String(inputs.toPort)}`,
    );
  }
  for (const { inputs } of ofType("aws:s3/bucketNotification:BucketNotification")) {
    for (const { lambdaFunctionArn } of inputs.lambdaFunctions as { lambdaFunctionArn: string }[]) {
      add(named(inputs.bucket), named(lambdaFunctionArn), "upload");
    }
  }
  for (const { inputs } of ofType("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig")) {
    const { onFailure } = inputs.destinationConfig as { onFailure?: { destination: string } };
    add(named(inputs.functionName), named(onFailure?.destination), "gave up");
  }
  for (const { inputs } of ofType("aws:lambda/functionRecursionConfig:FunctionRecursionConfig")) {
    add(named(inputs.functionName), named(inputs.functionName), "next hop");
  }
  for (const { resource, box } of drawn) {
    const { variables = {} } = (resource.inputs.environment ?? {}) as { variables?: Record<string, string> };
    if (variables.INGEST_FUNCTION_NAME !== undefined)
      add([box.id], named(variables.INGEST_FUNCTION_NAME), "goes on");
  }
  for (const { inputs } of ofType("aws:apigateway/restApi:RestApi")) {
    const body = String(inputs.body);
    for (const { resource, box } of drawn) {
      const { type } = resource;
      if (type === "aws:cognito/userPool:UserPool") add(["api"], [box.id], "checks tokens");
      if (
        type === "aws:lambda/function:Function" &&
        body.includes(`:function:${String(resource.inputs.name)}/`)
      ) {
        add(["api"], [box.id], "asks");
      }
    }
  }
  const network = ofType("awsx:ec2:Vpc")[0]?.inputs ?? {};
  const endpoints = ofType("aws:ec2/vpcEndpoint:VpcEndpoint").map(({ inputs }) =>
    String(inputs.serviceName).split(".").at(-1)!,
  );
  const inVpc = drawn.filter(
    ({ box, resource }) => box.place === "private" && resource.type.startsWith("aws:lambda"),
  );
  if (endpoints.length > 0)
    add(
      inVpc.map(({ box }) => box.id),
      ["endpoints"],
      "tcp 443",
    );
  const bastion = drawn.find(
    ({ resource }) => resource.type === "aws:ec2/instance:Instance" && resource.project === "database",
  );
  const ssh = ofType("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").some(
    ({ inputs }) => inputs.toPort === 22,
  );
  if (bastion) add(["laptop"], [bastion.box.id], ssh ? "SSH, tcp 22" : "Session Manager");
  add(
    ["laptop"],
    drawn.filter(({ resource }) => resource.type === "aws:s3/bucket:Bucket").map(({ box }) => box.id),
    "CSV files",
  );
  add(["app"], ["api"], "HTTPS with a token");
  add(
    ["app"],
    drawn
      .filter(({ resource }) => resource.type === "aws:cognito/userPool:UserPool")
      .map(({ box }) => box.id),
    "signs in",
  );
  const boxes: Box[] = [
    { id: "laptop", lines: ["your laptop", "npm run load, tunnel, psql"] },
    { id: "app", lines: ["your app", "or a browser"] },
    ...drawn.map(({ box, resource }) => ({ ...box, of: resource })),
    ...(endpoints.length > 0
      ? [
          {
            id: "endpoints",
            lines: ["VPC endpoints", `s3, ${endpoints.join(", ")}`],
            place: "private" as const,
          },
        ]
      : []),
    ...natBoxes(network),
  ];
  return { vpc: String(network.cidrBlock), subnets: subnetsOf(network), boxes, arrows: unique(arrows) };
}

/** The resources that are drawn; the others belong to one of them. */
function boxOf({ type, name, inputs, project }: PlannedResource): Box | undefined {
  switch (type) {
    case "aws:rds/instance:Instance":
      return { id: "database", lines: ["PostgreSQL on RDS", name], place: "private" };
    case "aws:ec2/instance:Instance":
      return {
        id: name,
        lines: [project === "database" ? "bastion" : "NAT instance", name],
        place: "public",
      };
    case "aws:lambda/function:Function":
      return {
        id: name,
        lines: ["function", name],
        place: inputs.vpcConfig === undefined ? "auth" : "private",
      };
    case "aws:s3/bucket:Bucket":
      return inputs.bucket === undefined
        ? { id: `bucket-${name}`, lines: ["bucket", "private, versioned"], place: "aws" }
        : undefined;
    case "aws:sqs/queue:Queue":
      return { id: name, lines: ["queue", "dead letters"], place: "aws" };
    case "aws:cognito/userPool:UserPool":
      return { id: "pool", lines: ["user pool", String(inputs.name)], place: "auth" };
    case "aws:apigateway/restApi:RestApi":
      return { id: "api", lines: ["REST API", String(inputs.name)], place: "auth" };
    default:
      return undefined;
  }
}

function natBoxes({ natGateways }: Inputs): Box[] {
  const { strategy } = (natGateways ?? {}) as { strategy?: string };
  if (strategy === undefined || strategy === "None") return [];
  const lines = strategy === "Single" ? ["NAT gateway"] : ["NAT gateway", "one a zone"];
  return [{ id: "nat", lines, place: "public" }];
}

function subnetsOf({ subnetSpecs }: Inputs): Architecture["subnets"] {
  const ranges = (wanted: string): string[] =>
    ((subnetSpecs ?? []) as { type: string; cidrBlocks?: string[] }[])
      .filter(({ type }) => (type === "Public") === (wanted === "Public"))
      .flatMap(({ cidrBlocks = [] }) => cidrBlocks);
  return { public: ranges("Public"), private: ranges("Private") };
}

/** A physical name is one that the program gives, or the logical one with random characters behind. */
function nameEnds(text: string, { name, inputs }: PlannedResource): boolean {
  const last = text.split(/[:/]/).at(-1) ?? "";
  return inputs.name === undefined ? new RegExp(`^${name}-[0-9a-f]{7}$`).test(last) : last === inputs.name;
}

function groupsOf(inputs: Inputs): string[] {
  const { vpcConfig, vpcSecurityGroupIds } = inputs as {
    vpcConfig?: { securityGroupIds?: string[] };
    vpcSecurityGroupIds?: string[];
  };
  return vpcConfig?.securityGroupIds ?? vpcSecurityGroupIds ?? [];
}

const unique = (arrows: readonly Arrow[]): Arrow[] => [
  ...new Map(arrows.map((arrow) => [`${arrow.from} ${arrow.to} ${arrow.label}`, arrow])).values(),
];
