import * as z from "zod";
import { hostBits, overlaps } from "../network/cidr";
import { lab } from "../learnerLab";
import type { Values } from "../projectConfig";

const sshCidr = z.cidrv4({ error: "must be an IPv4 range such as 203.0.113.7/32" });

/** The config of the way in from a laptop. */
export const bastionKeys = {
  bastion: z
    .enum(["ssm", "ssh", "none"])
    .default("ssm")
    .meta({
      description: `How a laptop reaches the database.
ssm: through Session Manager, with AWS credentials, no open port and no key.
ssh: through SSH, with a key, from named addresses.
none: not at all.`,
      cost: "$3.07 a month for the machine (t4g.nano) and $3.65 for its public address; stopped, $0.64 for its disk.",
    }),
  bastionInstanceType: z
    .string()
    .regex(/^[a-z0-9-]+\.[a-z0-9]+$/, "must be an EC2 instance type such as t4g.nano")
    .default("t4g.nano")
    .meta({ description: "The bastion's type. t4g.nano is the smallest: 2 vCPU and 0.5 GiB." }),
  bastionPublicKey: z
    .string()
    .regex(
      /^(ssh-ed25519|ssh-rsa) [A-Za-z0-9+/=]+( .*)?$/,
      "must be an OpenSSH public key, ssh-ed25519 AAAA…",
    )
    .optional()
    .meta({
      description:
        "For ssh: your public key (the text of ~/.ssh/id_ed25519.pub), of which a key pair is made.",
      example: "ssh-ed25519 AAAA… me@laptop",
    }),
  bastionKeyName: z.string().min(1).optional().meta({
    description: "For ssh: the name of a key pair that the account has already.",
    example: "my-key",
  }),
  bastionSshCidrs: z
    .array(sshCidr)
    .default([])
    .meta({ description: 'For ssh: the ranges that may connect, for instance ["203.0.113.7/32"].' }),
};

export type BastionConfig = Values<typeof bastionKeys>;

/** What of a config AWS Academy's Learner Lab would refuse. */
export function bastionBreaches({ bastion, bastionPublicKey, bastionKeyName }: BastionConfig): string[] {
  if (bastion !== "ssh" || bastionKeyName === lab.keyPair) return [];
  const key = bastionPublicKey === undefined ? "bastionKeyName" : "bastionPublicKey";
  return [
    `database:${key}: its machines take the lab's own key pair: set database:bastionKeyName to ${lab.keyPair}, and no ` +
      "database:bastionPublicKey",
  ];
}

/** Everything else would be most of the internet: no office or provider has more addresses than a /8. */
const widest = 8;

/** What doesn't fit together, a sentence each. */
export function bastionProblems(config: BastionConfig): string[] {
  const { bastion, bastionPublicKey, bastionKeyName, bastionSshCidrs } = config;
  if (bastion !== "ssh") return [];
  const problems: string[] = [];
  if ((bastionPublicKey === undefined) === (bastionKeyName === undefined)) {
    problems.push(
      "database:bastion ssh needs one key: set database:bastionPublicKey, or database:bastionKeyName, not both",
    );
  }
  if (bastionSshCidrs.length === 0) {
    problems.push(
      "database:bastion ssh needs database:bastionSshCidrs, the addresses that may connect: yours is what " +
        "https://checkip.amazonaws.com says, with /32 behind it",
    );
  }
  for (const range of bastionSshCidrs) {
    if (Number(range.split("/")[1]) < widest) {
      problems.push(
        `database:bastionSshCidrs: ${range} opens SSH to the whole internet or much of it: name your own addresses, ` +
          "or use database:bastion ssm, which opens no port",
      );
    } else if (hostBits(range)) {
      problems.push(
        `database:bastionSshCidrs: ${range} is not a range's first address: write ${hostBits(range)}`,
      );
    }
  }
  bastionSshCidrs.forEach((range, index) => {
    const twin = bastionSshCidrs.slice(0, index).find((other) => overlaps(range, other));
    if (twin !== undefined) problems.push(`database:bastionSshCidrs: ${range} overlaps ${twin}: keep one`);
  });
  return problems;
}
