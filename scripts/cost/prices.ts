/**
 * AWS's list prices on demand, in dollars, without free tiers. Written down by hand from the services' price pages
 * (https://aws.amazon.com/<service>/pricing/); who changes one changes the date.
 */
export const prices = {
  region: "us-east-1",
  date: "2025-06",

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
