import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { root } from "../../../../programs/programs";
import { judge, ofType, render, statementsOf } from "./control";
import { databaseControls } from "./databaseControls";
import { functionControls } from "./functionControls";
import { networkControls } from "./networkControls";
import { type Subject, collectSubjects, label } from "./subjects";

const controls = [...networkControls, ...databaseControls, ...functionControls];
const [begin, end] = [
  "<!-- controls: made by UPDATE_DOCS=1 npx mocha test/unit/security -->",
  "<!-- end -->",
];

/** API Gateway refuses a role for its logs that may do less than AWS's own policy for it: see infra/auth/apiLogs.ts. */
const wideByAws = "RolePolicy apigateway-logs";

describe("AWS Foundational Security Best Practices", () => {
  let all: Subject[];
  before(async function () {
    // Three environments with all their programs, on a machine that may be busy.
    this.timeout(300_000);
    all = await collectSubjects();
  });

  for (const control of controls) {
    it(`${control.id}: ${control.title}`, () => {
      const { subjects, open, stale } = judge(control, all);
      expect(subjects, "there is something to check").to.be.greaterThan(0);
      expect(open, "findings without a reason").to.deep.equal([]);
      expect(stale, "exceptions that nothing needs any more").to.deep.equal([]);
    });
  }

  it("are not passed by a table that can't fail", () => {
    for (const control of controls.filter(({ exceptions }) => !exceptions)) {
      const stripped = control.about(all).map((subject) => ({ ...subject, inputs: worst }));
      const others = all.filter((subject) => !control.about(all).includes(subject) && !completes(subject));
      const [first] = stripped;
      if (!first) throw new Error(`${control.id} is about nothing`);
      const openQueue = { ...first, type: "aws:sqs/queuePolicy:QueuePolicy" };
      expect(control.fails(first, [...others, ...stripped, openQueue]), control.id).to.equal(true);
    }
  });

  it("leave wildcards in resources to actions that take no other", () => {
    for (const subject of ofType("aws:iam/rolePolicy:RolePolicy")(all)) {
      for (const { Action, Resource } of statementsOf(subject.inputs.policy)) {
        if (!Resource.includes("*") || label(subject).endsWith(wideByAws)) continue;
        expect(
          Action.filter((action) => !takesNoResource.test(action)),
          label(subject),
        ).to.be.empty;
      }
    }
  });

  it("stand in docs/security.md as they are met", () => {
    const file = path.join(root, "docs/security.md");
    const text = readFileSync(file, "utf8");
    const table = `${begin}\n\n${render(controls.map((control) => judge(control, all)))}\n${end}`;
    const [before = "", rest = ""] = text.split(begin);
    const made = `${before}${table}${rest.split(end)[1] ?? "\n"}`;
    if (process.env.UPDATE_DOCS !== undefined) writeFileSync(file, made);
    expect(unpadded(readFileSync(file, "utf8"))).to.equal(unpadded(made));
  });
});

/** As badly set as can be. */
const worst: Subject["inputs"] = {
  ingress: [{}],
  cidrIpv4: "0.0.0.0/0",
  fromPort: 22,
  instanceType: "m1.small",
  networkInterfaces: [{}],
  publiclyAccessible: true,
  enabledCloudwatchLogsExports: [],
  parameters: [],
  subnetIds: ["undefined"],
  principal: "*",
  runtime: "nodejs20.x",
  vpcConfig: { subnetIds: ["one"] },
  actionsEnabled: false,
  policy: JSON.stringify({
    Statement: [{ Effect: "Allow", Principal: "*", Action: "*", Resource: "*" }],
  }),
};

/** What makes a bucket or a database safe from beside. */
const completes = ({ type, name }: Subject): boolean =>
  /^aws:s3\/bucket[A-Z]/.test(type) || name === "ec2-proxy";

/** https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html */
const takesNoResource =
  /^(ec2:(Create|Describe|Delete|Assign|Unassign)(NetworkInterfaces?|Subnets|PrivateIpAddresses)|ssm:UpdateInstanceInformation|ssmmessages:.*)$/;

/** Formatting pads a table's cells. */
const unpadded = (text: string): string => text.replace(/ +/g, " ").replace(/-{3,}/g, "---");
