import { expect } from "chai";
import { GroundworkError } from "../../../infra/error";
import { checkedOutput, environmentOutputs } from "../../../infra/outputs";
import { recordAll } from "../../support/stacks";

describe("the outputs of a stack", () => {
  it("are read in the type that the stack exports them with", () => {
    expect(checkedOutput("database", "dev", "port", 5432)).to.equal(5432);
    expect(checkedOutput("networking", "dev", "privateSubnetIds", ["a"])).to.deep.equal(["a"]);
  });

  it("that one lacks are an error that names the stack to deploy, never the text undefined", () => {
    expect(() => checkedOutput("ingest", "prod", "bucketName", undefined)).to.throw(
      GroundworkError,
      "Stack ingest has no output bucketName: deploy it first with npm run deploy -- --stack prod --only ingest",
    );
  });

  it("that are of another type are an error as well", () => {
    expect(() => checkedOutput("database", "dev", "port", "5432")).to.throw(
      GroundworkError,
      "Output port of stack database is not what is expected of it: deploy it first with npm run deploy",
    );
  });

  it("are those of the programs", async () => {
    const recordings = await recordAll();
    const outputs = Object.fromEntries([...recordings].map(([project, made]) => [project, made.outputs]));
    expect(environmentOutputs.parse(outputs)).to.deep.equal(outputs);
    expect(() => environmentOutputs.parse({ ...outputs, ingest: {} })).to.throw("bucketName");
  });
});
