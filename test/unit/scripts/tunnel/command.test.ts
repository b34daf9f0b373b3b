import { expect } from "chai";
import { checkProgram, tunnelCommand } from "../../../../scripts/tunnel/command";

describe("a tunnel's program", () => {
  const target = {
    ...{ stack: "dev", bastionHost: "198.51.100.1", instanceId: "i-1", secretArn: "" },
    database: { host: "db", port: 5432, name: "groundwork" },
  };
  const ssh = { keyFile: undefined, sshPort: 22, knownHostsFile: "known_hosts" };

  it("is looked for before anything is done", () => {
    const viaAws = tunnelCommand({ ...target, mode: "ssm" }, 8003, ssh);
    expect(viaAws.program).to.equal("aws");
    expect(() => checkProgram({ program: "no-such-program", args: [] })).to.throw(
      "no-such-program is not on PATH: install the AWS CLI, https://",
    );
  });

  it("is the SSH library in a process of its own where there is no SSH client", () => {
    const { program, args } = tunnelCommand({ ...target, mode: "ssh" }, 8003, ssh, false);
    expect(program).to.equal(process.execPath);
    expect(() => checkProgram({ program, args })).to.not.throw();
    expect(JSON.parse(args.at(-1) ?? "")).to.deep.include({ localPort: 8003, instanceId: "i-1" });
  });
});
