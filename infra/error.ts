/**
 * The one error that Groundwork raises on purpose. Its message names the thing that is wrong and what to do
 * about it: commands print it as it is, without a stack, and so does the Pulumi CLI.
 *
 * Functions that run in Lambda don't use it: a class that extends Error doesn't survive serialization.
 */
export class GroundworkError extends Error {
  override readonly name = "GroundworkError";

  /** What makes the Pulumi CLI take this for a `pulumi.RunError`, without commands having to load Pulumi. */
  readonly __pulumiRunError = true;

  constructor(message: string) {
    super(message);
    // Pulumi writes `error serializing property "…":` before it at each resource that it passes: the sentence says it all.
    Object.defineProperty(this, "message", { get: () => message, set: () => undefined });
    // Pulumi inspects what a program throws, and Node 20.20 inspects a line such as `node_modules/@pulumi/output.ts:516`,
    // which the source maps of Pulumi's package make, until the heap is full: a minute and more.
    const lines = (this.stack ?? "").split("\n");
    this.stack = lines.filter((line) => !line.includes("node_modules")).join("\n");
  }

  /** One error for all the problems of one input, so that a person mends them in one go. */
  static all(what: string, problems: readonly string[]): GroundworkError {
    return new GroundworkError(
      problems.length === 1
        ? `${what}: ${problems[0]}`
        : `${what}:\n${problems.map((p) => `  - ${p}`).join("\n")}`,
    );
  }
}
