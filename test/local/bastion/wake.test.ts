import { EC2Client } from "@aws-sdk/client-ec2";
import { expect } from "chai";
import { type LocalEc2, startEc2 } from "../../../local/ec2/server";
import { AwsError } from "../../../local/http";
import { Session } from "../../../local/session";
import { wakeBastion } from "../../../scripts/tunnel/wake";
import { clientConfig } from "../../support/lambda";
import { rejection } from "../../support/rejection";

describe("a bastion that a tunnel needs", () => {
  let session: Session;
  let ec2: LocalEc2;
  let client: EC2Client;
  let runs: boolean;

  before(async () => {
    session = new Session();
    ec2 = await startEc2(session);
    client = new EC2Client({ ...clientConfig(ec2.url, session), maxAttempts: 1 });
    const start = (): Promise<void> => Promise.resolve(void (runs = true));
    ec2.launch("i-1", { isRunning: () => runs, start });
  });
  after(async () => {
    client.destroy();
    await session.close();
  });

  /** @param answer of who is asked whether it may be started; undefined: nobody is to be */
  async function wake(instanceId: string, answer?: boolean): Promise<string[]> {
    const said: string[] = [];
    const mayStart = (): Promise<boolean> =>
      answer === undefined ? Promise.reject(new Error("asked")) : Promise.resolve(answer);
    await wakeBastion({ instanceId, stack: "prod", mayStart, say: (text) => said.push(text) }, client);
    return said;
  }

  it("is started where somebody stopped it and it is wanted", async () => {
    runs = false;
    expect(await rejection(wake("i-1", false))).to.include(
      "i-1 is stopped: start it with npm run tunnel -- --stack prod --start",
    );
    expect(runs).to.equal(false);
    expect(await wake("i-1", true)).to.have.length(1);
    expect(runs).to.equal(true);
  });

  it("is left alone where it runs, and named where it is gone", async () => {
    runs = true;
    expect(await wake("i-1")).to.be.empty;
    expect(await rejection(wake("i-2", true))).to.include("i-2");
  });

  it("is taken to run by who may not look", async () => {
    const answer = ec2.answer.bind(ec2);
    ec2.answer = () => {
      const message = "You are not authorized to perform this operation.";
      return Promise.reject(new AwsError("UnauthorizedOperation", 403, message));
    };
    try {
      expect((await wake("i-1"))[0]).to.include("doesn't say whether the bastion runs");
    } finally {
      ec2.answer = answer;
    }
  });
});
