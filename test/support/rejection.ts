/** What a promise is rejected with, for assertions on its name and message; fails the test when it is fulfilled. */
export async function errorOf(promise: Promise<unknown>): Promise<Error> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
  );
  if (outcome instanceof Error) return outcome;
  throw new Error(`Expected a rejection, and it was fulfilled: ${JSON.stringify(outcome.value)}`);
}

/** Its message. */
export const rejection = async (promise: Promise<unknown>): Promise<string> =>
  (await errorOf(promise)).message;
