import { type Note, type Rule, must } from "./rule";

/** Lambda's runtimes of Node that AWS patches in 2026: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html */
const supported = ["nodejs22.x", "nodejs24.x"];

export const computeRules: readonly (Rule | Note)[] = [
  {
    controls: ["Lambda.1"],
    asks: "function policies let in one caller, and S3 from this account alone",
    of: ["aws:lambda/permission:Permission"],
    reads: ["principal", "sourceArn", "sourceAccount"],
    refuses: ([principal, sourceArn, sourceAccount]) => {
      if (principal === "*") return "lets everyone call the function: name the service that may";
      // Of which secret it rotates Secrets Manager doesn't tell Lambda; the function itself knows its own.
      if (principal === "secretsmanager.amazonaws.com" && sourceAccount !== undefined) return undefined;
      if (sourceArn === undefined) return "lets anybody's resources call the function: name one as sourceArn";
      // A bucket's ARN names no account.
      return principal === "s3.amazonaws.com" && sourceAccount === undefined
        ? "lets whoever has a bucket of this name call the function: add sourceAccount"
        : undefined;
    },
  },
  {
    controls: ["Lambda.2"],
    asks: "functions use supported runtimes",
    of: ["aws:lambda/function:Function"],
    reads: ["runtime"],
    refuses: must(
      (runtime) => supported.includes(String(runtime)),
      `runs on what AWS doesn't patch: set runtime to one of ${supported.join(", ")}`,
    ),
  },
  {
    controls: ["Lambda.5"],
    asks: "functions in a VPC operate in several zones",
    of: ["aws:lambda/function:Function"],
    reads: ["vpcConfig"],
    refuses: must((config) => {
      const subnets = (config as { subnetIds?: readonly string[] } | undefined)?.subnetIds;
      return subnets === undefined || subnets.length >= 2;
    }, "stands and falls with one zone: give it subnets in two"),
  },
  {
    controls: ["SQS.1"],
    asks: "queues are encrypted at rest",
    of: ["aws:sqs/queue:Queue"],
    reads: ["sqsManagedSseEnabled", "kmsMasterKeyId"],
    refuses: must(
      (managed, key) => managed === true || key !== undefined,
      "is not encrypted: set sqsManagedSseEnabled to true",
    ),
  },
  {
    controls: ["Glue.4"],
    asks: "Glue jobs run on a supported version of Spark",
    of: ["aws:glue/job:Job"],
    reads: ["glueVersion"],
    refuses: must(
      (version) => Number(version) >= 3,
      "runs on what AWS doesn't patch: set glueVersion to 5.0",
    ),
  },
  {
    controls: [],
    asks: "Glue connections use TLS and keep no password in the state",
    of: ["aws:glue/connection:Connection"],
    reads: ["connectionProperties", "connectionType"],
    refuses: must((properties, type) => {
      // It only says where in the VPC a job runs, which connects by itself.
      if (type === "NETWORK") return true;
      const { JDBC_ENFORCE_SSL, PASSWORD } = (properties ?? {}) as Record<string, unknown>;
      return JDBC_ENFORCE_SSL === "true" && PASSWORD === undefined;
    }, "isn't safe: set JDBC_ENFORCE_SSL to true, and name a SECRET_ID instead of a PASSWORD"),
  },
];
