import { GroundworkError } from "../../infra/error";
import { openTerminal } from "../shared/openTerminal";
import type { Inference, Question } from "./infer/inferTable";

/** Asks a person: answers with one of the answers' numbers from 0, or undefined where none is chosen. */
export type Ask = (question: string, answers: readonly string[]) => Promise<number | undefined>;

/**
 * An inference with its questions about columns answered: dates by the pattern that is given, the others by a person. A
 * column whose question nobody answers stays text, and its question stays.
 *
 * @param ask undefined where there is no terminal
 * @throws GroundworkError with the question where the order of a date's day and month is open and nobody can be asked
 */
export async function answered(
  inference: Inference,
  dates: string | undefined,
  ask: Ask | undefined,
): Promise<Inference> {
  let { columns } = inference.definition;
  const open: Question[] = [];
  for (const question of inference.unsure) {
    const { choices } = question;
    const isOrder =
      choices.length > 1 && choices.every(({ column: { format } }) => format?.dates ?? format?.timestamps);
    let chosen = isOrder
      ? choices.find(({ answer }) => dates !== undefined && answer.startsWith(dates))
      : undefined;
    if (chosen === undefined && choices.length > 0 && ask !== undefined) {
      const place = await ask(
        question.question,
        choices.map(({ answer }) => answer),
      );
      chosen = place === undefined ? undefined : choices[place];
    } else if (chosen === undefined && isOrder) {
      throw new GroundworkError(
        `${question.question}: say which with ${choices.map(({ answer }) => `--dates ${JSON.stringify(answer)}`).join(" or ")}`,
      );
    }
    const { column } = chosen ?? {};
    if (column === undefined) open.push(question);
    else columns = columns.map((each) => (each.name === column.name ? column : each));
  }
  return { ...inference, definition: { ...inference.definition, columns }, unsure: open };
}

/** Asks at the terminal; undefined where there is none. */
export function terminalAsk(stop: AbortSignal): Ask | undefined {
  if (!process.stdin.isTTY) return undefined;
  return async (question, answers) => {
    const terminal = openTerminal();
    try {
      const listed = answers.map((answer, i) => `  ${i + 1} ${answer}\n`).join("");
      const typed = await terminal.question(`${question}\n${listed}Its number, or nothing for text: `, {
        signal: stop,
      });
      const place = Number(typed.trim()) - 1;
      return answers[place] === undefined ? undefined : place;
    } finally {
      terminal.close();
    }
  };
}
