import { randomBytes } from "node:crypto";
import type { ResourceRequest } from "../../programs/attributes/table";
import type { Services } from "../services";
import { startBastion } from "./bastion";

/**
 * What an EC2 instance does here: one that has a key pair serves SSH, and forwards to the database alone. One
 * without, a NAT instance or a bastion behind Session Manager, has nothing to do on a machine with its own internet.
 *
 * @returns an id of its own, as every new instance has, so that nobody takes its host key for another's
 */
export async function launchInstance(
  r: ResourceRequest,
  services: Services,
): Promise<Record<string, unknown>> {
  const id = `i-${randomBytes(9).toString("hex").slice(0, 17)}`;
  const { keyName } = r.inputs;
  if (typeof keyName !== "string") return { id };
  const bastion = await startBastion(services.session, `instance-${r.name}`, {
    authorizedKey: services.keyPairs.get(keyName),
    mayReach: ({ host, port }) =>
      host === services.database?.server.host && port === services.database.server.port,
  });
  services.bastion = bastion;
  services.ec2.printHostKeys(id, [`${bastion.hostKey} root@${r.name}`]);
  services.ec2.launch(id, { isRunning: () => bastion.pid() !== undefined, start: bastion.start });
  return { id, publicIp: bastion.host };
}
