import { expect } from "chai";
import { programs } from "../../../programs/programs";
import { failureOf, record } from "../../support/stacks";

describe("the config that all projects share", () => {
  for (const { project } of programs) {
    it(`is checked by ${project}, all of it at once`, async () => {
      const own = project === "groundwork" ? {} : { [`${project}:nonsense`]: "1" };
      const config = { "groundwork:learnerlab": "true", "groundwork:learnerLab": "yes", ...own };
      const said = await failureOf(record(project, { config, upstream: {} }));
      expect(said).to.include("Pulumi.dev.yaml:");
      for (const key of Object.keys(own)) expect(said).to.include(`${key} is not known`);
      expect(said)
        .to.include(
          "groundwork:learnerlab is not known; the keys are learnerLab, production, retire, functionEndpointUrl",
        )
        .and.to.include(
          "groundwork:learnerLab: Invalid input: expected boolean, received string (it is yes)",
        );
    });

    it(`keeps ${project} in the lab's regions, where it is a Learner Lab`, async () => {
      const config = { "groundwork:learnerLab": "true", "aws:region": "eu-west-1" };
      expect(await failureOf(record(project, { config, upstream: {} }))).to.include(
        "AWS Academy's Learner Lab would refuse it: aws:region eu-west-1 is closed there",
      );
    });
  }
});
