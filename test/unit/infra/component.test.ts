import * as path from "node:path";
import { expect } from "chai";
import { evaluate } from "../../../programs/evaluate";
import { rejection } from "../../support/rejection";

/** Runs a program that makes one component, whose child has the name. */
const naming = (child: string) =>
  evaluate(
    { project: "database", dir: path.join(__dirname, "componentProgram"), reads: [] },
    {
      stack: "dev",
      config: { "database:child": child },
      world: {
        create: ({ name }) => Promise.resolve({ id: name, outputs: {} }),
        call: (token) => Promise.reject(new Error(token)),
        stackOutputs: () => undefined,
      },
    },
  );

describe("a component", () => {
  it("makes resources that are named after it", async () => {
    await naming("box");
    await naming("box-logs");
  });

  for (const child of ["logs", "boxlogs"]) {
    it(`is told that ${child} isn't named after it, and what to name it`, async () => {
      expect(await rejection(naming(child))).to.equal(
        `Component test:Box box makes aws:cloudwatch/logGroup:LogGroup ${child}: name it box-${child}`,
      );
    });
  }
});
