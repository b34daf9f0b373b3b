import { execFileSync } from "node:child_process";
import { expect } from "chai";
import { shellVariables } from "../../../scripts/local/variables";
import { awsEnvironment, enterAws } from "../../../scripts/shared/stackOutputs";
import { keepEnvironment } from "../../support/environment";

describe("what npm run local -- --env prints", () => {
  const running = {
    pid: 1,
    config: {},
    environment: { AWS_ENDPOINT_URL_S3: "http://127.0.0.1:9", AWS_SECRET_ACCESS_KEY: "it's $HOME `x`" },
    databaseUrl: "postgresql://postgres:p@127.0.0.1:5432/demo?sslmode=verify-full&sslrootcert=%2Ftmp",
    databaseCaFile: "/tmp/ca.pem",
    outputs: {
      auth: { userPoolId: "us-east-1_a", userPoolClientId: "c1", issuer: "http://i", apiUrl: "http://a" },
    },
  };

  it("sets in a shell what clients need, and takes away what would lead them elsewhere", () => {
    const script = `${shellVariables(running)}env -0`;
    const shell = { PATH: process.env.PATH, AWS_PROFILE: "work", AWS_SESSION_TOKEN: "old" };
    const lines = execFileSync("sh", ["-c", script], { env: shell, encoding: "utf8" }).split("\0");
    const set = Object.fromEntries(
      lines.map((line): [string, string] => [line.split("=")[0] ?? "", line.replace(/^[^=]*=/, "")]),
    );
    expect(set).to.include({
      ...running.environment,
      DATABASE_URL: running.databaseUrl,
      API_URL: "http://a",
      COGNITO_ISSUER: "http://i",
      COGNITO_USER_POOL_ID: "us-east-1_a",
      COGNITO_CLIENT_ID: "c1",
    });
    expect(set).to.not.have.any.keys("AWS_PROFILE", "AWS_SESSION_TOKEN");
  });
});

describe("a command that works on an environment with keys of its own", () => {
  let restore: () => void;
  beforeEach(() => (restore = keepEnvironment()));
  afterEach(() => restore());

  it("is led elsewhere by nothing that the shell has set, and takes an empty variable for none", () => {
    Object.assign(process.env, { AWS_PROFILE: "work", AWS_SESSION_TOKEN: "old", AWS_ACCESS_KEY_ID: "" });
    enterAws("emulator");
    expect(process.env).to.include({ AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" });
    expect(process.env).to.not.have.any.keys("AWS_PROFILE", "AWS_SESSION_TOKEN");
  });

  it("goes by the shell's profile elsewhere, and by an empty region not at all", () => {
    Object.assign(process.env, { AWS_PROFILE: "work", AWS_REGION: "", AWS_ACCESS_KEY_ID: "" });
    enterAws("dev");
    expect(process.env).to.include({ AWS_PROFILE: "work", AWS_REGION: awsEnvironment("dev").AWS_REGION });
    expect(process.env).to.not.have.any.keys("AWS_ACCESS_KEY_ID");
  });
});
