import { expect } from "chai";
import { rows, withoutControl } from "../../../policy/rules";
import { dryRun } from "../../../programs/dryRun";
import { variants } from "../../../scripts/docs/security";

describe("the guard rails", () => {
  it("judge each type that any choice of config makes by a control, or say why none applies", async () => {
    const judged = new Set([
      ...Object.keys(withoutControl),
      ...rows.filter(({ controls }) => controls.length > 0).flatMap(({ of }) => of),
    ]);
    const made = new Set<string>();
    for (const variant of variants)
      for (const { type } of await dryRun(variant.stack, variant)) made.add(type);
    expect([...made].filter((type) => !judged.has(type))).to.be.empty;
    expect([...made]).to.include.members([
      "aws:wafv2/webAcl:WebAcl",
      "aws:glue/job:Job",
      "aws:iam/policy:Policy",
    ]);
    // And no reason is kept for what nothing makes, but for the kind that a rule refuses.
    const stale = Object.keys(withoutControl).filter((type) => !made.has(type));
    expect(stale).to.deep.equal(["aws:ec2/securityGroupRule:SecurityGroupRule"]);
  });
});
