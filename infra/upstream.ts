import * as pulumi from "@pulumi/pulumi";
import { type Outputs, type Project, checkedOutput } from "./outputs";

/** The outputs of a stack that this one builds on. */
export class Upstream<P extends Project> {
  /** Its full name, such as `organization/networking/dev`. */
  private readonly name: string;
  private readonly reference: pulumi.StackReference;

  /**
   * @param project the upstream project, deployed under the same environment name
   * @param stackName its full name where it differs from `<organization>/<project>/<environment>`
   */
  constructor(
    private readonly project: P,
    stackName?: string,
  ) {
    this.name = stackName ?? `${pulumi.getOrganization()}/${project}/${pulumi.getStack()}`;
    this.reference = new pulumi.StackReference(this.name);
  }

  /** One output, in the type that the stack exports it with; an error that says what to deploy where it isn't there. */
  get<K extends keyof Outputs<P> & string>(output: K): pulumi.Output<Outputs<P>[K]> {
    const environment = this.name.split("/").at(-1) ?? "";
    return this.reference
      .getOutput(output)
      .apply((value: unknown) => checkedOutput(this.project, environment, output, value));
  }
}
