import type { Mutant } from "./mutants";

/** Changes that no test can notice, and why. */
interface Equivalent {
  readonly file: string;
  /** The line, without the blanks around it. */
  readonly code: string;
  readonly changes: readonly string[];
  readonly reason: string;
}

const equivalents: readonly Equivalent[] = [];

/** How a change is printed. */
export const changeOf = ({ text, instead }: Mutant): string =>
  `${text} → ${instead === ";" ? "nothing" : instead}`;

/** Whether no test can notice a change. */
export function isEquivalent(mutant: Mutant): boolean {
  return equivalents.some(
    ({ file, code, changes }) =>
      file === mutant.file && code === mutant.code && changes.includes(changeOf(mutant)),
  );
}
