// One implementation and what can be seen of it when it is called.

import type { Implementation } from "../support/implementations";
import { type ApiKey, COLUMNS } from "../support/service";
import { type Call, copy, freeze } from "./operation";

/** A row of the table, its times as Dates. */
export type StoredKey = Omit<ApiKey, "salt"> & { salt: string };

/** What a call came to. */
export interface Outcome {
  /** What it answered; absent when it failed. */
  answer?: unknown;
  /** What it rejected with; absent when it answered. */
  error?: Failure;
  /** What the event bus was told, one entry a message. */
  told: unknown[];
  /** The whole table afterwards, by id. */
  table: StoredKey[];
}

/** What a caller can read from an error. */
export interface Failure {
  name: string;
  message: string;
  type?: unknown;
  keys?: string[];
}

const TIMES = COLUMNS.filter((name) => name.endsWith("_at"));
const IN_NO_ORDER = ["deleteApiKeys", "softDeleteApiKeys", "restoreApiKeys"];

/** Makes the call and looks at everything that came of it. `frozen`: the arguments must survive unchanged (S16). */
export async function observe(side: Implementation, call: Call, frozen: boolean): Promise<Outcome> {
  side.emitted.length = 0;
  const args = copy(call.args).map((value) => (frozen ? freeze(value) : value));
  const service = side.service as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
  const outcome = await (service[call.method] as (...args: unknown[]) => Promise<unknown>)(...args).then(
    (answer) => ({ answer }),
    (error: unknown) => ({ error: describe(error) }),
  );
  const told = side.emitted.flatMap(({ messages, options }) => messages.map((message) => ({ message, options })));
  return unordered(call, { ...outcome, told, table: await dump(side) });
}

function describe(error: unknown): Failure {
  const { name, message, type } = error as Error & { type?: unknown };
  if (!(error as { __isMedusaError?: true }).__isMedusaError) return { name, message };
  return { name, message, type, keys: Object.keys(error as object).filter((key) => key !== "sqlstate") };
}

/** The table as both databases and both implementations have it. */
async function dump(side: Implementation): Promise<StoredKey[]> {
  return (await side.table()).map((row) => {
    const column = (name: string) =>
      TIMES.includes(name) && row[name] !== null ? new Date(row[name] as string) : row[name];
    return Object.fromEntries([...side.columns, "salt"].map((name) => [name, column(name)])) as unknown as StoredKey;
  });
}

/** Stock names what it deletes, hides and restores in the order in which the rows happen to lie. */
function unordered(call: Call, outcome: Outcome): Outcome {
  if (!IN_NO_ORDER.includes(call.method)) return outcome;
  const answer = Object.entries(outcome.answer ?? {}).map(([name, ids]) => [name, [...(ids as string[])].sort()]);
  const idOf = (entry: unknown) => (entry as { message: { data: { id: string } } }).message.data.id;
  return {
    ...outcome,
    ...(outcome.answer === undefined ? {} : { answer: Object.fromEntries(answer) }),
    told: [...outcome.told].sort((one, other) => (idOf(one) < idOf(other) ? -1 : 1)),
  };
}
