// An event bus that is down.

import type { Running } from "./stock";

/** Lets every event fail during `call`, and hands on what became of the call. */
export async function whileBusFails<Answer>(
  emitted: Running<never>["emitted"],
  call: () => Promise<Answer>,
): Promise<Answer> {
  const bus = jest.spyOn(emitted, "push").mockImplementation(() => {
    throw new Error("the bus is down");
  });
  return call().finally(() => bus.mockRestore());
}
