import type * as aws from "@pulumi/aws";
import { expect } from "chai";
import { readStackConfig } from "../../../programs/environments";
import { awsEnvironment } from "../../../scripts/shared/stackOutputs";
import { keepEnvironment } from "../../support/environment";
import { record, recordAll } from "../../support/stacks";

type Service = keyof aws.types.input.ProviderEndpoint;

/** The services behind each module of the provider, by the names that its `endpoints` know. */
const services: Record<string, readonly Service[]> = {
  apigateway: ["apigateway"],
  cloudwatch: ["cloudwatch", "cloudwatchevents", "cloudwatchlogs"],
  cognito: ["cognitoidp"],
  ec2: ["ec2"],
  glue: ["glue"],
  iam: ["iam"],
  index: ["sts"],
  lambda: ["lambda"],
  rds: ["rds"],
  s3: ["s3"],
  scheduler: ["scheduler"],
  secretsmanager: ["secretsmanager"],
  sns: ["sns"],
  sqs: ["sqs"],
  ssm: ["ssm"],
  vpc: ["ec2"],
};

describe("the environment emulator", () => {
  const [endpoints = {}] = JSON.parse(readStackConfig("emulator")["aws:endpoints"] ?? "[]") as Record<
    string,
    string
  >[];

  it("has an endpoint on this machine for every service that the programs use", async () => {
    const resources = [...(await recordAll()).values()].flatMap((recording) => recording.resources);
    const modules = new Set(
      resources.flatMap(({ type }) => /^aws:([a-z0-9]+)\//.exec(type)?.[1] ?? []).concat("index", "ssm"),
    );
    expect(modules).to.include("rds");
    for (const module of modules) {
      expect(services, `${module} is in the table of this test`).to.have.property(module);
      for (const service of services[module] ?? []) {
        expect(endpoints[service], service).to.equal("http://127.0.0.1:4566");
      }
    }
  });

  it("tells every function where the emulator is from inside", async () => {
    const functions = (await record("auth", { stack: "emulator" })).all("aws:lambda/function:Function");
    expect(functions).to.not.be.empty;
    for (const { inputs } of functions) {
      const { variables } = inputs.environment as { variables: Record<string, string> };
      expect(variables.AWS_ENDPOINT_URL).to.equal("http://localhost.localstack.cloud:4566");
    }
  });

  it("leads the commands to the emulator, and others to their stack's region whatever the shell's", () => {
    const restore = keepEnvironment();
    process.env.AWS_REGION = "ap-south-1";
    try {
      expect(awsEnvironment("emulator")).to.include({
        AWS_ENDPOINT_URL: "http://127.0.0.1:4566",
        AWS_ACCESS_KEY_ID: "test",
        AWS_REGION: "us-east-1",
      });
      expect(awsEnvironment("dev")).to.deep.equal({ AWS_REGION: "us-east-1" });
    } finally {
      restore();
    }
  });
});
