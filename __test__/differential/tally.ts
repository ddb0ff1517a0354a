// What happened over all histories of a run.

import { OPERATIONS } from "./generate/history";

export interface Tally {
  histories: number;
  /** Calls whose outcomes were compared, by method. */
  compared: Record<string, number>;
  /** Calls that met a deviation, by its name. */
  met: Record<string, number>;
  /** Calls that were refused. */
  refused: number;
}

export const newTally = (): Tally => ({ histories: 0, compared: {}, met: {}, refused: 0 });

export function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

/** A tally in words. */
export function report({ histories, compared, met, refused }: Tally): string {
  const total = Object.values(compared).reduce((sum, times) => sum + times, 0);
  return [
    `${histories} histories of ${OPERATIONS} calls; ${total} calls compared, ${refused} of them refused`,
    `by method: ${list(compared)}`,
    `deviations met: ${list(met)}`,
  ].join("\n");
}

function list(counts: Record<string, number>): string {
  const each = Object.entries(counts).map(([name, times]) => `${name} ${times}`);
  return each.sort().join(", ") || "none";
}
