// Listed differences in which both sides do the same and say it differently.

import { type ApiKey, STOCK_COLUMNS } from "../support/service";
import type { Deviation } from "./plan";
import { literally, searches } from "./search";
import type { Outcome } from "./side";
import { hasSeveral, separately } from "./top-operators";

/** Stock's own sentences that are kept though they come from its ORM. */
const SENTENCES = [
  /^Trying to (query|order) by not existing property ApiKey\./,
  /^You must pass a non-(undefined|null) value to the property title of entity ApiKey\.$/,
  /^Value for ApiKey\.(title|type|created_by) is required, '(undefined|null)' found/,
];
const MEDUSA_KEYS = ["__isMedusaError", "type", "code", "message", "date"];

const withAnswer = (outcome: Outcome, change: (answer: never) => unknown): Outcome =>
  outcome.error ? outcome : { ...outcome, answer: change(outcome.answer as never) };
const oneOrMany = (answer: ApiKey | ApiKey[], change: (key: ApiKey) => unknown) =>
  Array.isArray(answer) ? answer.map(change) : change(answer);

export const TRANSLATIONS: Deviation[] = [
  {
    name: "M1 (aliases)",
    applies: ({ method }) => method === "create" || method === "list",
    ask: (call) => ({ ...call, method: `${call.method}ApiKeys` as "createApiKeys" }),
  },
  {
    name: "S9",
    applies: ({ method, args: [, data] }) =>
      /^(updateApiKeys|revoke)$/.test(method) && Object.hasOwn(Object(data), "id"),
    ask: (call) => {
      const { id: _, ...data } = call.args[1] as { id: unknown };
      return { ...call, args: call.args.with(1, data) };
    },
  },
  {
    name: "S17",
    applies: (call) => searches(call).some((text) => typeof text === "string" && /[\\%_]/.test(text)),
    ask: (call) => ({ ...call, args: call.args.map(literally) }),
  },
  {
    name: "A26",
    applies: ({ args: [filter] }) => [filter].flat().some(hasSeveral),
    ask: (call) => ({ ...call, args: call.args.with(0, separately(call.args[0])) }),
  },
  {
    name: "S4 (authenticate)",
    applies: ({ method }) => method === "authenticate",
    expected: (outcome) => withAnswer(outcome, (key: ApiKey | false) => key && withoutHash(key)),
  },
  {
    name: "S4 (select)",
    applies: ({ args: [, config] }) => ((config as { select?: unknown[] })?.select ?? []).includes?.("token"),
    expected: (outcome, call) => {
      const show = (key: ApiKey) => {
        const row = outcome.table.find(({ id }) => id === key.id);
        return row?.type === "secret" && "token" in key ? { ...key, token: "" } : key;
      };
      return withAnswer(outcome, (answer: ApiKey | ApiKey[] | [ApiKey[], number]) =>
        call.method === "listAndCountApiKeys"
          ? [(answer as [ApiKey[], number])[0].map(show), (answer as [ApiKey[], number])[1]]
          : oneOrMany(answer as ApiKey, show),
      );
    },
  },
  {
    name: "S4 and M2 (upsert)",
    applies: ({ method }) => method === "upsertApiKeys",
    expected: (outcome) =>
      withAnswer(outcome, (answer: ApiKey) =>
        oneOrMany(answer, (key) => {
          const row = outcome.table.find(({ id }) => id === key.id);
          const isNew = "salt" in key && key.salt === undefined;
          const token = isNew || key.type === "publishable" ? key.token : "";
          return Object.fromEntries(
            STOCK_COLUMNS.map((name) => [name, name === "token" ? token : row?.[name as "id"]]),
          );
        }),
      ),
  },
  {
    name: "S6",
    applies: () => true,
    expected: (outcome) => {
      const sentence =
        outcome.error?.type === undefined && SENTENCES.some((words) => words.test(outcome.error?.message ?? ""));
      if (!sentence) return outcome;
      const message = (outcome.error as Error).message.split("\nentity: ")[0] as string;
      return { ...outcome, error: { name: "Error", message, type: "invalid_data", keys: MEDUSA_KEYS } };
    },
  },
];

function withoutHash({ salt: _, ...key }: ApiKey): object {
  return { ...key, token: "" };
}
