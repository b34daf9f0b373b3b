/**
 * An error that no retry can mend. This is the one convention of the functions: whoever knows that a retry is in vain throws
 * this, whatever else is thrown is tried again, and only a function's handler turns either into an answer.
 *
 * It is told by a property, because a class that is serialized for Lambda loses its instances.
 */
export interface GiveUp extends Error {
  /** For people, what is wrong. */
  readonly giveUp: string;
}

export function giveUp(reason: string): GiveUp {
  return Object.assign(new Error(reason), { giveUp: reason });
}

export function isGiveUp(error: unknown): error is GiveUp {
  return typeof (error as Partial<GiveUp> | undefined)?.giveUp === "string";
}

/**
 * Waits for PostgreSQL. What it refuses for good (data, constraints, names, rights, what it can't do, a trigger's own
 * words) is thrown as a `GiveUp` in its words; a connection, a lock, a lack of room, a shutdown stay what they are.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 *
 * @param what begins the sentence: "PostgreSQL refused a row"
 */
export async function untilRefused<T>(answer: Promise<T>, what: () => string): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const { code, message, detail } = error as { code?: unknown; message: string; detail?: string };
    if (typeof code !== "string" || !/^(0A|21|22|23|42|44|P0)...$/.test(code)) throw error;
    throw giveUp(`${what()}: ${message}${detail === undefined ? "" : `. ${detail}`}`);
  }
}
