import { expect } from "chai";
import { programs } from "../../../programs/programs";
import { rejection } from "../../support/rejection";
import { record } from "../../support/stacks";

describe("the config that all projects share", () => {
  for (const { project } of programs) {
    it(`is checked by ${project}, all of it at once`, async () => {
      const own = project === "groundwork" ? {} : { [`${project}:nonsense`]: "1" };
      const config = { "groundwork:learnerlab": "true", "groundwork:learnerLab": "yes", ...own };
      const said = await rejection(record(project, { config, upstream: {} }));
      expect(said).to.include("Pulumi.dev.yaml:");
      for (const key of Object.keys(own)) expect(said).to.include(`${key} is not known`);
      expect(said)
        .to.include(
          "groundwork:learnerlab is not known; the keys are learnerLab, production, retire, permissionsBoundaryArn, functionEndpointUrl",
        )
        .and.to.include(
          "groundwork:learnerLab: Invalid input: expected boolean, received string (it is yes)",
        );
    });

    it(`keeps ${project} where it can work: in AWS's own partition, where RDS has an authority that functions know`, async () => {
      for (const [region, says] of [
        ["cn-north-1", "is in a partition of its own"],
        ["us-gov-west-1", "is in a partition of its own"],
        ["eusc-de-east-1", "is in a partition of its own"],
        ["il-central-1", "the functions have no authority to trust its databases by"],
        ["ap-southeast-7", "the functions have no authority to trust its databases by"],
      ] as const) {
        const said = await rejection(record(project, { config: { "aws:region": region }, upstream: {} }));
        expect(said).to.include(`aws:region ${region}`).and.to.include(says);
      }
    });

    it(`keeps ${project} in the lab's regions, where it is a Learner Lab`, async () => {
      const config = { "groundwork:learnerLab": "true", "aws:region": "eu-west-1" };
      expect(await rejection(record(project, { config, upstream: {} }))).to.include(
        "AWS Academy's Learner Lab would refuse it: aws:region eu-west-1 is closed there",
      );
    });
  }
});
