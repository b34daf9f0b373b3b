import { type Recorded, record, recordAll } from "../../../support/stacks";

/** A resource with where it was found. */
export interface Subject extends Recorded {
  /** The environment, and the choice that differs from its config: `prod`, `prod, bastion ssh`. */
  readonly environment: string;
}

const ssh = {
  "database:bastion": "ssh",
  "database:bastionKeyName": "mine",
  "database:bastionSshCidrs": '["203.0.113.7/32"]',
};

const topic = "arn:aws:sns:us-east-1:123456789012:operators";

/** All resources of all stacks of the environments that deploy, and those that other choices would make. */
export async function collectSubjects(): Promise<Subject[]> {
  const subjects: Subject[] = [];
  for (const environment of ["prod", "dev", "learnerlab"]) {
    for (const { resources } of (await recordAll(environment)).values()) {
      subjects.push(...resources.map((resource) => ({ ...resource, environment })));
    }
  }
  const variants = [
    { choice: "nat instance", project: "networking", config: { "networking:nat": "instance" } },
    { choice: "bastion ssh", project: "database", config: ssh },
    { choice: "topic", project: "database", config: { "database:eventTopicArn": topic } },
  ];
  for (const { choice, project, config } of variants) {
    const { resources } = await record(project, { stack: "prod", config });
    subjects.push(...resources.map((resource) => ({ ...resource, environment: `prod, ${choice}` })));
  }
  return subjects;
}

/** How a finding names a resource, and what an exception is matched with. */
export const label = ({ environment, type, name }: Subject): string =>
  `${environment}: ${type.split(":").at(-1)} ${name}`;
