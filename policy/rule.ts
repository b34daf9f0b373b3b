/** A rule that every resource of its types has to keep, on whichever road a program is run. */
export interface Rule {
  /** The controls of AWS Security Hub that it holds; none where it is a rule of ours alone. */
  readonly controls: readonly string[];
  /** What it asks for, as docs/security.md says it. */
  readonly asks: string;
  /** The types of resources that it is about. */
  readonly of: readonly string[];
  /** The inputs that it decides by. One that is only known when it is deployed can't be refused before. */
  readonly reads: readonly string[];
  /**
   * Says what is wrong with a resource and how to mend it; undefined where nothing is.
   *
   * @param values of the inputs, in the order of `reads`
   */
  readonly refuses: (values: readonly unknown[], subject: Subject) => string | undefined;
  readonly except?: readonly Exception[];
}

/** What AWS itself refuses, whatever the environment. */
export interface AwsRule extends Pick<Rule, "of" | "reads"> {
  /** As a rule's. */
  readonly refuses: (values: readonly unknown[]) => string | undefined;
}

/** A control that no rule can hold, or that is left unmet on purpose. */
export interface Note extends Pick<Rule, "controls" | "asks" | "of"> {
  readonly status: "not met" | "by hand";
  readonly why: string;
}

/** What a rule lets pass, and why. */
export interface Exception {
  readonly covers: (subject: Subject, values: readonly unknown[], sentence: string) => boolean;
  readonly reason: string;
}

/** The resource that a rule is held against, without its inputs. */
export interface Subject {
  readonly name: string;
  /** The environment's name. */
  readonly stack: string;
  /** Whether people rely on it: groundwork:production. */
  readonly production: boolean;
  /** Whether the environment is given up: groundwork:retire. */
  readonly retires: boolean;
  /** All resources of its program, itself among them. */
  readonly declared: readonly Declared[];
}

export interface Declared {
  readonly type: string;
  readonly name: string;
  /** As the program wrote them: what isn't known at once is an Output. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** Refuses with a sentence what doesn't pass. */
export function must(passes: (...values: readonly unknown[]) => boolean, sentence: string): Rule["refuses"] {
  return (values) => (passes(...values) ? undefined : sentence);
}

/** Whether an input is exactly this. */
export const is =
  (wanted: unknown) =>
  (value: unknown): boolean =>
    value === wanted;

/** An exception for environments that nobody relies on. */
export function outsideProduction(reason: string): Exception {
  return { covers: ({ production }) => !production, reason };
}

/** Exceptions from what keeps people's data: they end where the environment does. */
export const untilRetired: readonly Exception[] = [
  outsideProduction("Other environments are destroyed when they aren't used."),
  {
    covers: ({ retires }) => retires,
    reason: "An environment that groundwork:retire gives up is to be destroyed.",
  },
];
