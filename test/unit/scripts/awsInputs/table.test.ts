import { expect } from "chai";
import { awsInputs } from "../../../../policy/awsInputs";
import { coverageGaps, usedInputs } from "../../../../scripts/awsInputs/table";
import { standInForGlueWheels } from "../../../support/glueWheels";

describe("what AWS itself takes", () => {
  standInForGlueWheels();

  it("is known of every input of every resource of every variant, which all keep it", async function () {
    this.timeout(300_000);
    // Each variant is run behind the guard rails, and its resources with the names that Pulumi gives them.
    const used = await usedInputs();
    expect([...used.keys()]).to.have.length.above(50);
    expect(coverageGaps(used, awsInputs.types), "run npm run aws-inputs").to.deep.equal([]);
    expect(
      Object.keys(awsInputs.types).filter((type) => !used.has(type)),
      "no longer used",
    ).to.deep.equal([]);
  });
});
