import type { ResourceRequest } from "../../programs/attributes/table";
import { glueDollars } from "../../trials/compare/figures";
import { hoursOfMonth, prices } from "./prices";

type Resource = Pick<ResourceRequest, "type" | "name" | "inputs">;

export interface CostLine {
  readonly item: string;
  /** Dollars a month while nothing happens. */
  readonly monthly: number;
  /** Whether it is what the private network's way out costs: NAT and interface endpoints. */
  readonly isWayOut?: boolean;
  /** Whether it would be paid in place of another line: the total leaves it out. */
  readonly isInstead?: boolean;
  /** What comes on top with use. */
  readonly note?: string;
}

export interface Estimate {
  /** The dearest first. */
  readonly idle: readonly CostLine[];
  readonly idleTotal: number;
  readonly wayOutTotal: number;
  readonly perMillionRows: readonly CostLine[];
  readonly perMillionRowsTotal: number;
  /** What the table has no price for: the totals are that much too low. */
  readonly unpriced: readonly string[];
}

/** Types that cost nothing while nothing happens, by the beginning of their name. */
const freeWhenIdle = [
  "aws:apigateway/",
  "aws:cloudwatch/event",
  "aws:cloudwatch/log",
  "aws:cognito/",
  "aws:ec2/defaultSecurityGroup",
  // Paid with its machine, whose own address it replaces.
  "aws:ec2/eip:",
  "aws:ec2/flowLog",
  "aws:ec2/keyPair",
  "aws:ec2/route",
  "aws:ec2/securityGroup",
  "aws:glue/",
  "aws:iam/",
  "aws:lambda/",
  "aws:rds/eventSubscription",
  "aws:rds/parameterGroup",
  "aws:rds/subnetGroup",
  "aws:s3/",
  "aws:scheduler/",
  "aws:sns/",
  "aws:secretsmanager/secretRotation",
  "aws:sqs/",
  "aws:vpc/",
  "aws:wafv2/webAclAssociation",
];

/**
 * What a million rows take, by docs/ingest.md and docs/scale.md: of the function's core, of a database with two cores, of
 * which the function waits for the slower; the file; the table and its indexes.
 */
const million = { coreSeconds: 1.47, databaseSeconds: 3.3, fileGb: 0.0542, tableGib: 0.118 };

/** Rows, Rejects, FailedJobs, Lag, and what a hop waited for: functions/ingest/handler.ts. */
const loaderMetrics = 9;

/** A whole core, in MB of a function's memory. */
const coreMemory = 1769;
/** What Amazon Linux 2023 takes, GiB. */
const rootDisk = 8;

/** What an environment costs, from the resources that its programs ask for. */
export function estimate(resources: readonly Resource[]): Estimate {
  const unpriced: string[] = [];
  const idle = resources
    .flatMap((resource) => {
      const lines = idleLines(resource);
      if (lines === undefined) unpriced.push(`${resource.type} ${resource.name}${kindOf(resource)}`);
      return lines ?? [];
    })
    .sort((a, b) => b.monthly - a.monthly || a.item.localeCompare(b.item));
  const perMillionRows = loadLines(resources);
  return {
    idle,
    idleTotal: sum(idle),
    wayOutTotal: sum(idle.filter(({ isWayOut }) => isWayOut === true)),
    perMillionRows,
    perMillionRowsTotal: sum(perMillionRows),
    unpriced,
  };
}

const sum = (lines: readonly CostLine[]): number => lines.reduce((total, { monthly }) => total + monthly, 0);

function kindOf({ inputs }: Resource): string {
  const kind = inputs.instanceClass ?? inputs.instanceType;
  return typeof kind === "string" ? ` (${kind})` : "";
}

/** Undefined where the price table lacks it. */
function idleLines({ type, name, inputs }: Resource): CostLine[] | undefined {
  switch (type) {
    case "awsx:ec2:Vpc":
      return natLines(inputs);
    case "aws:ec2/vpcEndpoint:VpcEndpoint":
      return endpointLines(name, inputs);
    case "aws:rds/instance:Instance":
      return databaseLines(name, inputs);
    case "aws:ec2/instance:Instance":
      return machineLines(name, inputs);
    case "aws:secretsmanager/secret:Secret":
      return [{ item: `secret ${name}`, monthly: prices.secretMonth }];
    case "aws:cloudwatch/metricAlarm:MetricAlarm":
      return [{ item: `alarm ${name}`, monthly: prices.alarmMonth }];
    case "aws:apigateway/stage:Stage":
      return inputs.xrayTracingEnabled === true
        ? [
            {
              item: `API ${name}`,
              monthly: 0,
              note: `$${prices.requestMillion} a million requests, and $${prices.traceMillion} a million traces: X-Ray keeps one a second and 5% beyond`,
            },
          ]
        : [];
    case "aws:wafv2/webAcl:WebAcl":
      return [
        {
          item: `web ACL ${name}`,
          monthly:
            prices.webAclMonth +
            prices.webAclRuleMonth * ((inputs.rules as unknown[] | undefined)?.length ?? 0),
          note: `and $${prices.webAclMillion} a million requests`,
        },
      ];
    case "aws:lambda/function:Function":
      return metricLines(name);
    case "aws:cloudwatch/dashboard:Dashboard":
      return [
        {
          item: `dashboard ${name}`,
          monthly: prices.dashboardMonth,
          note: "an account's first three are free",
        },
      ];
    default:
      return freeWhenIdle.some((beginning) => type.startsWith(beginning)) ? [] : undefined;
  }
}

/** What a function writes of its own: the sweeper always, the loader in the hours in which it loads. */
function metricLines(name: string): CostLine[] {
  if (name === "ingest-jobs") {
    return [{ item: `metric of ${name}`, monthly: prices.metricMonth, note: "StalledJobs, at each sweep" }];
  }
  if (name !== "ingest") return [];
  const most = prices.metricMonth * loaderMetrics;
  return [
    {
      item: `metrics of ${name}`,
      monthly: 0,
      note: `up to $${most.toFixed(2)} in a month with loads in every hour`,
    },
  ];
}

function natLines(inputs: Resource["inputs"]): CostLine[] {
  const { strategy } = (inputs.natGateways ?? {}) as { strategy?: string };
  const specs = (inputs.subnetSpecs ?? []) as { type: string; cidrBlocks?: string[] }[];
  const zones = specs.find(({ type }) => type === "Private")?.cidrBlocks?.length ?? 0;
  const count = strategy === "Single" ? 1 : strategy === "OnePerAz" ? zones : 0;
  return Array.from({ length: count }, (_, index) => ({
    item: `NAT gateway ${index + 1}, with its address`,
    monthly: hoursOfMonth * (prices.natGatewayHour + prices.publicAddressHour),
    isWayOut: true,
    note: `and $${prices.natGatewayGb} a GB`,
  }));
}

function endpointLines(name: string, inputs: Resource["inputs"]): CostLine[] {
  if (inputs.vpcEndpointType !== "Interface") return [];
  const zones = (inputs.subnetIds as readonly string[] | undefined)?.length ?? 0;
  return [
    {
      item: `interface endpoint ${name}, in ${zones} zones`,
      monthly: hoursOfMonth * prices.endpointHour * zones,
      isWayOut: true,
      note: `and $${prices.endpointGb} a GB`,
    },
  ];
}

function databaseLines(name: string, inputs: Resource["inputs"]): CostLine[] | undefined {
  const kind = String(inputs.instanceClass);
  const hour = prices.databaseHour[kind];
  if (hour === undefined) return undefined;
  const copies = inputs.multiAz === true ? 2 : 1;
  const size = Number(inputs.allocatedStorage);
  return [
    {
      item: `database ${name}, ${kind}${copies === 2 ? " and its standby" : ""}`,
      monthly: hoursOfMonth * hour * copies,
      ...(/^db\.t\d/.test(kind) && {
        note: `and $${prices.databaseBurst} a vCPU and hour above its baseline`,
      }),
    },
    { item: `storage of ${name}, ${size} GiB`, monthly: prices.databaseStorage * size * copies },
    ...(inputs.manageMasterUserPassword === true
      ? [{ item: `secret of ${name}'s master user`, monthly: prices.secretMonth }]
      : []),
    ...(Number(inputs.monitoringInterval ?? 0) > 0
      ? [{ item: `enhanced monitoring of ${name}`, monthly: prices.enhancedMonitoring }]
      : []),
  ];
}

function machineLines(name: string, inputs: Resource["inputs"]): CostLine[] | undefined {
  const kind = String(inputs.instanceType);
  const hour = prices.machineHour[kind];
  if (hour === undefined) return undefined;
  // Only a machine that passes on what isn't its own is a NAT.
  const isWayOut = inputs.sourceDestCheck === false;
  const burst = prices.machineBurst[kind.split(".")[0] ?? ""];
  const what = isWayOut ? "NAT instance" : "machine";
  return [
    {
      item: `${what} ${name}, ${kind}`,
      monthly: hoursOfMonth * hour,
      isWayOut,
      ...(burst !== undefined && { note: `and $${burst} a vCPU and hour above its baseline` }),
    },
    { item: `public address of ${name}`, monthly: hoursOfMonth * prices.publicAddressHour, isWayOut },
    { item: `disk of ${name}, ${rootDisk} GiB`, monthly: prices.disk * rootDisk, isWayOut },
  ];
}

/** What a million rows cost: their load once, on each road that there is, and a month of keeping them. */
function loadLines(resources: readonly Resource[]): CostLine[] {
  const job = resources.find(({ type }) => type === "aws:glue/job:Job");
  const loader = resources.find(
    ({ type, name }) => type === "aws:lambda/function:Function" && name === "ingest",
  );
  const database = resources.find(({ type }) => type === "aws:rds/instance:Instance");
  if (!loader || !database) return [];
  const memory = Number(loader.inputs.memorySize);
  const seconds = Math.max(million.coreSeconds * Math.max(1, coreMemory / memory), million.databaseSeconds);
  const copies = database.inputs.multiAz === true ? 2 : 1;
  const parts = Math.ceil((million.fileGb * 1e9) / (5 * 1024 * 1024));
  return [
    {
      item: `loading, ${seconds.toFixed(1)} s at ${memory} MB`,
      monthly: seconds * (memory / 1024) * prices.functionGbSecond + prices.functionRequest,
    },
    ...(job ? [glueLine(job)] : []),
    { item: "uploading the file", monthly: (parts + 2) * prices.bucketPut },
    { item: "a month of the file in the bucket", monthly: million.fileGb * prices.bucketGbMonth },
    {
      item: "a month of the rows in the database",
      monthly: million.tableGib * prices.databaseStorage * copies,
      note: "once its storage has grown",
    },
  ];
}

/** A million rows are done within the least that a run is billed for. */
function glueLine({ inputs }: Resource): CostLine {
  const workers = Number(inputs.numberOfWorkers);
  return {
    item: `loading by the Glue job instead, ${workers} workers for ${prices.glueLeastSeconds} s`,
    monthly: glueDollars(prices, prices.glueLeastSeconds, workers),
    isInstead: true,
    note: "the least that a run costs",
  };
}
