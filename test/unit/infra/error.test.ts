import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { GroundworkError } from "../../../infra/error";

describe("the error of a program", () => {
  it("thrown in an apply has no line of a package in its stack, which Node 20.20 never finishes to inspect", async () => {
    const error = await thrownInApply();
    expect(error.stack).to.include(path.basename(__filename)).and.not.include("node_modules");
  });

  it("keeps its sentence, whatever Pulumi puts before it on its way", () => {
    const error = new GroundworkError("Stack networking has no output vpcId");
    error.message = `error serializing property "vpcId": ${error.message}`;
    expect(error.message).to.equal("Stack networking has no output vpcId");
  });
});

function thrownInApply(): Promise<GroundworkError> {
  return new Promise((resolve) => {
    pulumi.output(1).apply(() => resolve(new GroundworkError("thrown in an apply")));
  });
}
