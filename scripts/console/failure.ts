import { GroundworkError } from "../../infra/error";
import { explained } from "../cognito/failure";

/** Milliseconds that a panel waits for its services: a function in a VPC may start cold. */
const patience = 20_000;

/** What `work` gives; it is waited for no longer than a person would. */
export async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const said = `There was no answer within ${patience / 1000} s: look at the network, or try again`;
    timer = setTimeout(() => reject(new GroundworkError(said)), patience);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What went wrong at a service, as a sentence for a person. */
export function sentence(error: unknown, service: "Cognito" | "AWS"): string {
  const known = explained(error, service);
  if (known instanceof GroundworkError) return known.message;
  return known instanceof Error ? `${known.name}: ${known.message}` : String(known);
}
