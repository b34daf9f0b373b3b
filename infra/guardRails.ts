import * as pulumi from "@pulumi/pulumi";
import { awsRulesOf } from "../policy/awsInputs";
import type { Declared, Rule } from "../policy/rule";
import { judge, rulesOf } from "../policy/rules";
import { GroundworkError } from "./error";

type Held = Pick<Rule, "reads" | "refuses" | "except">;

/**
 * Holds every resource of this program against the rules of policy/ and what AWS itself takes, on whichever road it is run. One that breaks a rule
 * is never registered, and neither is any other one when that is known as soon as the program is read.
 *
 * A rule waits for the values that it decides by. What a first preview doesn't know, such as a policy that names
 * the ARN of something new, is refused by `pulumi up` before that one resource; `npm run preview` and `npm run deploy`
 * run the programs without a cloud before, where everything has a value.
 *
 * What a remote component makes is out of sight: of awsx.ec2.Vpc its own inputs are checked.
 *
 * @param environment whether people rely on it, and whether it is given up: then it may do without what keeps its data
 */
export function holdGuardRails(environment: {
  readonly production: boolean;
  readonly retire: boolean;
}): void {
  const declared: Declared[] = [];
  const refusal = new Refusal(environment);
  // A transformation, because language hosts before Pulumi 3.107 know no transforms.
  pulumi.runtime.registerStackTransformation(({ type, name, props, opts }) => {
    const resource: Declared = { type, name, inputs: props };
    declared.push(resource);
    const isRead = nextTurn();
    // What is known at once has been judged by then.
    const mayBegin = isRead.then(() => refusal.check());
    const hold = (rule: Held): pulumi.Output<pulumi.Resource[]> =>
      pulumi
        .all([isRead, ...rule.reads.map((input) => pulumi.output(resource.inputs[input]))])
        .apply(([, ...values]) => refusal.judge(rule, values, resource, declared));
    const checks = [...rulesOf(resource), ...awsRulesOf(type)].map(hold);
    if (checks.length === 0) return undefined;
    const dependsOn = [opts.dependsOn ?? [], mayBegin, ...checks] as pulumi.Input<pulumi.Resource>[];
    return { props, opts: { ...opts, dependsOn } };
  });
}

/** Resolves when the constructors have run, and whatever waits for nothing outside of the program. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Gathers the rules that are broken at a time, for one error that names them all. */
class Refusal {
  private readonly stack = pulumi.getStack();
  private sentences: string[] = [];
  private gathering: Promise<[]> | undefined;

  constructor(private readonly environment: { readonly production: boolean; readonly retire: boolean }) {}

  /** Rejects with a GroundworkError where the rule is broken. */
  async judge(
    rule: Held,
    values: readonly unknown[],
    { type, name }: Declared,
    declared: readonly Declared[],
  ): Promise<[]> {
    const { production, retire: retires } = this.environment;
    const finding = judge(rule, values, { name, stack: this.stack, production, retires, declared });
    if (finding === undefined || finding.excuse !== undefined) return [];
    this.sentences.push(`${type} ${name} ${finding.sentence}`);
    return this.check();
  }

  /** Rejects with a GroundworkError where a rule is broken by the end of this turn. */
  check(): Promise<[]> {
    this.gathering ??= nextTurn().then(() => {
      this.gathering = undefined;
      const broken = this.sentences;
      this.sentences = [];
      if (broken.length > 0)
        throw GroundworkError.all(`The environment ${this.stack} breaks its rules`, broken);
      return [];
    });
    return this.gathering;
  }
}
