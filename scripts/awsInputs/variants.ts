import { type Program, githubProgram, programs } from "../../programs/programs";

/** One way to run the programs. */
export interface Variant {
  readonly name: string;
  /** The environment, whose file is read. */
  readonly stack: string;
  readonly config: Readonly<Record<string, string>>;
  readonly projects: readonly Program[];
}

const topic = "arn:aws:sns:eu-central-1:123456789012:told";
const ssh = {
  "database:bastion": "ssh",
  "database:bastionSshCidrs": '["203.0.113.7/32"]',
};

const [networking, database, , ingest] = programs;
const [network, withDatabase, withIngest] = [
  [networking],
  [networking, database],
  [networking, database, ingest],
].map((some) => some.filter((program) => program !== undefined));

/** Between them every resource that any config makes, with every input that it may have. */
export const variants: readonly Variant[] = [
  ...["dev", "learnerlab", "emulator", "local"].map((stack) => variant(stack, stack)),
  variant("prod in another region, with all that config can add", "prod", {
    "aws:region": "eu-central-1",
    "database:eventTopicArn": topic,
    "database:allowMajorVersionUpgrade": "true",
    "database:applyImmediately": "true",
    "ingest:alarmTopicArn": topic,
    "ingest:maxConcurrency": "20",
    "ingest:sweepMinutes": "60",
    "ingest:glue": "true",
    "auth:hostedUiDomain": "my-company",
    "networking:zones": '["eu-central-1a","eu-central-1b"]',
  }),
  ...["gateway", "gateway-per-zone", "instance"].map((nat) =>
    variant(`nat ${nat}`, "dev", { "networking:nat": nat }, network),
  ),
  variant("bastion none", "dev", { "database:bastion": "none" }, withDatabase),
  variant(
    "bastion ssh",
    "dev",
    { ...ssh, "database:bastionPublicKey": "ssh-ed25519 AAAA me@laptop" },
    withDatabase,
  ),
  variant(
    "bastion ssh in a lab",
    "learnerlab",
    { ...ssh, "database:bastionKeyName": "vockey" },
    withDatabase,
  ),
  variant("glue", "dev", { "ingest:glue": "true" }, withIngest),
  variant("glue in a lab", "learnerlab", { "ingest:glue": "true" }, withIngest),
  {
    name: "github",
    stack: "dev",
    config: { "github:repository": "owner/name" },
    projects: [githubProgram],
  },
];

function variant(name: string, stack: string, config: Variant["config"] = {}, projects = programs): Variant {
  return { name, stack, config, projects };
}
