import * as pulumi from "@pulumi/pulumi";
import { GroundworkError } from "./error";

/** The outputs of a stack that this one builds on. */
export class Upstream {
  /** Its full name, such as `organization/networking/dev`. */
  private readonly name: string;
  private readonly reference: pulumi.StackReference;

  /**
   * @param project the upstream project, deployed under the same environment name
   * @param stackName its full name where it differs from `<organization>/<project>/<environment>`
   */
  constructor(
    private readonly project: string,
    stackName?: string,
  ) {
    this.name = stackName ?? `${pulumi.getOrganization()}/${project}/${pulumi.getStack()}`;
    this.reference = new pulumi.StackReference(this.name);
  }

  string(output: string): pulumi.Output<string> {
    return this.require(output, (value): value is string => typeof value === "string", "a string");
  }

  strings(output: string): pulumi.Output<string[]> {
    const isStrings = (value: unknown): value is string[] =>
      Array.isArray(value) && value.every((item) => typeof item === "string");
    return this.require(output, isStrings, "a list of strings");
  }

  number(output: string): pulumi.Output<number> {
    return this.require(output, (value): value is number => typeof value === "number", "a number");
  }

  private require<T>(output: string, is: (value: unknown) => value is T, expected: string): pulumi.Output<T> {
    return this.reference.getOutput(output).apply((value: unknown) => {
      if (is(value)) return value;
      const deploy = `pulumi -C stacks/${this.project} up -s ${this.name.split("/").at(-1)}`;
      throw new GroundworkError(
        value === undefined
          ? `Stack ${this.project} has no output ${output}: deploy it first with ${deploy}`
          : `Output ${output} of stack ${this.project} is not ${expected}: deploy it again with ${deploy}`,
      );
    });
  }
}
