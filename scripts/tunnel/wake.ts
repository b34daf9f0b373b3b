import type { EC2Client } from "@aws-sdk/client-ec2";
import { GroundworkError } from "../../infra/error";

interface Wake {
  readonly instanceId: string;
  readonly stack: string;
  /** Whether to start it: asked only of a machine that is stopped. */
  readonly mayStart: () => Promise<boolean>;
  readonly say: (text: string) => void;
}

/**
 * Sees to it that the bastion runs: one that somebody stopped, to save its price, is started where that is wanted.
 *
 * @throws GroundworkError when it stays stopped, or is no more
 */
export async function wakeBastion({ instanceId, stack, mayStart, say }: Wake, ec2: EC2Client): Promise<void> {
  const state = await stateOf(instanceId, ec2).catch((error: unknown) => {
    const { name, message } = error as Error;
    // Session Manager and SSH need no leave to look at machines: who may not goes on without.
    if (name !== "UnauthorizedOperation") throw error;
    say(`EC2 doesn't say whether the bastion runs: ${message}`);
    return "running";
  });
  if (state === "running" || state === "pending") return;
  if (state !== "stopped" && state !== "stopping") {
    throw new GroundworkError(`The bastion ${instanceId} is ${state}: deploy the database stack again`);
  }
  if (!(await mayStart())) {
    throw new GroundworkError(
      `The bastion ${instanceId} is ${state}: start it with npm run tunnel -- --stack ${stack} --start`,
    );
  }
  say(`starting the bastion ${instanceId}, which takes about a minute`);
  const { StartInstancesCommand, waitUntilInstanceRunning, waitUntilInstanceStopped } =
    await import("@aws-sdk/client-ec2");
  const waiting = { client: ec2, maxWaitTime: 300, minDelay: 2, maxDelay: 10 };
  const InstanceIds = [instanceId];
  if (state === "stopping") await waitUntilInstanceStopped(waiting, { InstanceIds });
  await ec2.send(new StartInstancesCommand({ InstanceIds }));
  await waitUntilInstanceRunning(waiting, { InstanceIds });
}

async function stateOf(instanceId: string, ec2: EC2Client): Promise<string> {
  const { DescribeInstancesCommand } = await import("@aws-sdk/client-ec2");
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [instanceId] }));
  return Reservations[0]?.Instances?.[0]?.State?.Name ?? "gone";
}
