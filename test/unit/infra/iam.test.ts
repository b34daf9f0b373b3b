import { expect } from "chai";
import * as pulumi from "@pulumi/pulumi";
import { type Statement, assumedBy, policy } from "../../../infra/iam";
import { rejection } from "../../support/rejection";

/** Of an output that is known. Its promise is not in the public type, and only that one tells of a failure. */
const valueOf = <T>(output: pulumi.Output<T>): Promise<T> =>
  (output as unknown as { promise(): Promise<T> }).promise();

describe("an IAM policy", () => {
  const read: Statement = { actions: ["s3:GetObject"], resources: ["arn:aws:s3:::a/b"] };

  it("allows the named actions on the named resources", async () => {
    const resources = [pulumi.output("arn:aws:s3:::a/*")];
    const text = await valueOf(policy([read, { ...read, resources, wildcard: "Every file" }]));
    expect(JSON.parse(text)).to.deep.equal({
      Version: "2012-10-17",
      Statement: [
        { Effect: "Allow", Action: ["s3:GetObject"], Resource: ["arn:aws:s3:::a/b"] },
        { Effect: "Allow", Action: ["s3:GetObject"], Resource: ["arn:aws:s3:::a/*"] },
      ],
    });
  });

  const bad: { what: string; statement: Statement; says: string }[] = [
    {
      what: "every action of a service",
      statement: { ...read, actions: ["s3:*"] },
      says: "allows s3:*: name",
    },
    { what: "every resource", statement: { ...read, resources: ["*"] }, says: "allows *: name" },
    {
      what: "a * in a resource that is computed",
      statement: { ...read, resources: [pulumi.output("arn:aws:s3:::a/*")] },
      says: "allows arn:aws:s3:::a/*: name",
    },
  ];
  for (const { what, statement, says } of bad) {
    it(`refuses ${what} without a reason`, async () => {
      expect(await rejection(valueOf(policy([statement])))).to.include(says);
    });
  }

  it("refuses a reason for which there is no *", async () => {
    expect(await rejection(valueOf(policy([{ ...read, wildcard: "Every file" }])))).to.include(
      'take away the reason "Every file"',
    );
  });
});

describe("a service's trust policy", () => {
  const trusts = [
    { service: "lambda.amazonaws.com", condition: undefined },
    {
      service: "scheduler.amazonaws.com",
      condition: { StringEquals: { "aws:SourceAccount": "123456789012" } },
    },
  ];
  for (const { service, condition } of trusts) {
    it(`lets ${service} ${condition ? "act for this account alone" : "in"}`, async () => {
      const text = await valueOf(assumedBy(service, () => pulumi.output("123456789012")));
      const { Statement: statements } = JSON.parse(text) as { Statement: Record<string, unknown>[] };
      expect(statements).to.have.length(1);
      expect(statements[0]?.Principal).to.deep.equal({ Service: service });
      expect(statements[0]?.Condition).to.deep.equal(condition);
    });
  }
});
