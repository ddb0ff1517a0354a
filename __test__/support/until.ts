// Waiting for what a service does in the background.

import { setImmediate } from "node:timers/promises";

/** Looks again and again until `holds` says so; Jest's own timeout is the limit. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await setImmediate();
}
