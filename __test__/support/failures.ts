// What a refused call must look like.

/** The members of a MedusaError that callers read. */
export interface Failure {
  message: string;
  type: string;
  __isMedusaError: boolean;
}

/** The error with which `call` rejects; a call that answers fails the test. */
export async function failureOf(call: Promise<unknown>): Promise<Error & Partial<Failure>> {
  const outcome = await call.then(
    (answer) => ({ answer }),
    (error: unknown) => ({ error }),
  );
  if ("answer" in outcome) throw new Error(`The call was not refused. It answered ${JSON.stringify(outcome.answer)}`);
  expect(outcome.error).toBeInstanceOf(Error);
  return outcome.error as Error & Partial<Failure>;
}

/** Expects `call` to reject with a MedusaError of this type whose message is or matches `message`. */
export async function expectFailure(call: Promise<unknown>, type: string, message: string | RegExp): Promise<void> {
  const failure = await failureOf(call);
  expect({ type: failure.type, marked: failure.__isMedusaError }).toEqual({ type, marked: true });
  if (typeof message === "string") expect(failure.message).toBe(message);
  else expect(failure.message).toMatch(message);
}

/** The check of a suite that a call rejects with `invalid_data` and leaves the table as it was. */
export const rejectsUnchanged =
  (current: () => { table(): Promise<unknown> }) =>
  async (call: () => Promise<unknown>, message: RegExp): Promise<void> => {
    const before = await current().table();
    await expectFailure(call(), "invalid_data", message);
    expect(await current().table()).toEqual(before);
  };
