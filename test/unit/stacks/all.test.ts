import { expect } from "chai";
import { taggable } from "../../../policy/tags";
import { recordAll } from "../support/stacks";

describe("all stacks", () => {
  for (const stack of ["dev", "prod", "local", "learnerlab"]) {
    it(`of ${stack} tag every taggable resource with project, environment and stack`, async () => {
      for (const [project, { resources }] of await recordAll(stack)) {
        for (const { type, name, inputs } of resources.filter((r) => taggable.has(r.type))) {
          expect(inputs.tags, `${type} ${name}`).to.include({
            Project: "groundwork",
            Environment: stack,
            Stack: project,
          });
        }
      }
    });

    it(`of ${stack} have a value for each of their outputs`, async () => {
      for (const [project, { outputs }] of await recordAll(stack)) {
        for (const [name, value] of Object.entries(outputs)) {
          expect(value, `${project} ${name}`).to.not.be.oneOf([undefined, null, ""]);
        }
      }
    });
  }

  it("lead a person from the root's outputs to the bucket", async () => {
    const recordings = await recordAll();
    const bucket = String(recordings.get("ingest")?.outputs.bucketName);
    expect(recordings.get("groundwork")?.outputs).to.deep.equal({
      apiUrl: recordings.get("auth")?.outputs.apiUrl,
      bucketName: bucket,
      tunnelCommand: "npm run tunnel -- --stack dev --port 8003",
      loadCommand: "npm run load -- FILE --stack dev",
      dashboardUrl: recordings.get("ingest")?.outputs.dashboardUrl,
    });
  });
});
