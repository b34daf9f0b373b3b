/** Where the prices are of. */
export const priceRegion = "us-east-1";

/** AWS's list prices on demand, in dollars, without free tiers. Written down by hand: `sources` says from where, and when. */
export const prices = {
  /** PostgreSQL in one zone, an hour; twice that in two. */
  databaseHour: {
    "db.t3.micro": 0.018,
    "db.t3.small": 0.036,
    "db.t3.medium": 0.072,
    "db.t4g.micro": 0.016,
    "db.t4g.small": 0.032,
    "db.t4g.medium": 0.065,
    "db.t4g.large": 0.129,
    "db.m6g.large": 0.159,
    "db.m7g.large": 0.168,
    "db.m7g.xlarge": 0.337,
    "db.r6g.large": 0.225,
    "db.r7g.large": 0.239,
  } as Readonly<Record<string, number>>,
  /** gp2 and gp3 alike, a GiB and month in one zone. */
  databaseStorage: 0.115,
  /** A vCPU and hour that a burstable class works above its baseline, over a day. */
  databaseBurst: 0.075,
  /** The log that enhanced monitoring writes, a month and database at an interval of 60 s. */
  enhancedMonitoring: 0.7,

  /** Linux, an hour. */
  machineHour: {
    "t3.nano": 0.0052,
    "t3.micro": 0.0104,
    "t3.small": 0.0208,
    "t4g.nano": 0.0042,
    "t4g.micro": 0.0084,
    "t4g.small": 0.0168,
    "t4g.medium": 0.0336,
  } as Readonly<Record<string, number>>,
  /** As `databaseBurst`: of t4g and of t3. */
  machineBurst: { t4g: 0.04, t3: 0.05 } as Readonly<Record<string, number>>,
  /** gp3, a GiB and month. */
  disk: 0.08,
  /** A public IPv4 address, an hour, in use or not. */
  publicAddressHour: 0.005,

  natGatewayHour: 0.045,
  natGatewayGb: 0.045,
  /** An interface endpoint, an hour and zone. */
  endpointHour: 0.01,
  endpointGb: 0.01,

  secretMonth: 0.4,
  alarmMonth: 0.1,
  /** A metric that isn't AWS's own, for the hours in which it is written. */
  metricMonth: 0.3,
  traceMillion: 5,
  requestMillion: 3.5,
  /** A web ACL, each of its rules, and what it looks at. */
  webAclMonth: 5,
  webAclRuleMonth: 1,
  webAclMillion: 0.6,
  /** The first three of an account are free; counted all the same. */
  dashboardMonth: 3,

  /** On arm64. */
  functionGbSecond: 0.0000133334,
  functionRequest: 0.0000002,
  /** A DPU and hour, by the second; a G.1X worker is one DPU. */
  glueDpuHour: 0.44,
  /** What a run of a Glue job is billed for at least. */
  glueLeastSeconds: 60,
  bucketGbMonth: 0.023,
  bucketPut: 0.000005,
} as const;

export const hoursOfMonth = 730;

interface Source {
  readonly page: string;
  /** Year and month in which the page was read. */
  readonly date: string;
  readonly of: readonly (keyof typeof prices)[];
}

/** Who changes a price changes the date of its page. */
export const sources: readonly Source[] = [
  {
    page: "https://aws.amazon.com/rds/postgresql/pricing/",
    date: "2025-06",
    of: ["databaseHour", "databaseStorage", "databaseBurst"],
  },
  {
    page: "https://aws.amazon.com/ec2/pricing/on-demand/",
    date: "2025-06",
    of: ["machineHour", "machineBurst"],
  },
  { page: "https://aws.amazon.com/ebs/pricing/", date: "2025-06", of: ["disk"] },
  {
    page: "https://aws.amazon.com/vpc/pricing/",
    date: "2025-06",
    of: ["publicAddressHour", "natGatewayHour", "natGatewayGb"],
  },
  {
    page: "https://aws.amazon.com/privatelink/pricing/",
    date: "2025-06",
    of: ["endpointHour", "endpointGb"],
  },
  { page: "https://aws.amazon.com/secrets-manager/pricing/", date: "2025-06", of: ["secretMonth"] },
  {
    page: "https://aws.amazon.com/cloudwatch/pricing/",
    date: "2026-02",
    of: ["alarmMonth", "dashboardMonth", "metricMonth", "enhancedMonitoring"],
  },
  { page: "https://aws.amazon.com/xray/pricing/", date: "2025-06", of: ["traceMillion"] },
  { page: "https://aws.amazon.com/api-gateway/pricing/", date: "2025-06", of: ["requestMillion"] },
  {
    page: "https://aws.amazon.com/waf/pricing/",
    date: "2025-06",
    of: ["webAclMonth", "webAclRuleMonth", "webAclMillion"],
  },
  {
    page: "https://aws.amazon.com/lambda/pricing/",
    date: "2025-06",
    of: ["functionGbSecond", "functionRequest"],
  },
  { page: "https://aws.amazon.com/glue/pricing/", date: "2025-06", of: ["glueDpuHour", "glueLeastSeconds"] },
  { page: "https://aws.amazon.com/s3/pricing/", date: "2025-06", of: ["bucketGbMonth", "bucketPut"] },
];

/** The month of the page that was read first. */
export const oldestPrice: string = sources.map(({ date }) => date).sort()[0] ?? "";

/** The pages that nobody has read for more than a year, by the month in which they were. */
export function outdated(now: Date): Source[] {
  const yearAgo = `${now.getUTCFullYear() - 1}-${String(now.getUTCMonth() + 1).padStart(2, "0")}`;
  return sources.filter(({ date }) => date < yearAgo);
}
