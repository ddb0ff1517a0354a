// The listed differences from stock that a history can meet, by their numbers in docs/compat/. S7, S13, S15, S19 and S20 need
// more than one call at a time, M7 another database.

import { hasEnded, hit, isWholeKey, saysNothing } from "./aims";
import type { Call } from "./operation";
import type { Deviation } from "./plan";
import { TRANSLATIONS } from "./translations";

const CREATIONS = ["createApiKeys", "create"];
const AIMED = ["updateApiKeys", "revoke"];
const REQUIRED = ["title", "type", "created_by"];
const REFUSED_BY_BOTH = ["S18", "A8"];

const invalid = (...message: string[]) => ({ type: "invalid_data", message }) as const;
const elements = (call: Call) => [call.args[0]].flat().map((one) => Object(one) as Record<string, unknown>);
const writes = (call: Call) => !/^(list|retrieve)/.test(call.method);
const filters = (call: Call) => !/^(create|upsert|delete)/.test(call.method);
/** What is wrong and looked at. A search in the config is not, where the filters hold one. */
const faults = (call: Call) =>
  call.wrong.filter(
    ({ named, argument }) =>
      !["q", "freeTextSearch_ApiKey"].includes(named) || argument === 0 || Object(call.args[0]).q === undefined,
  );
/** What a refusal may name: of several faults either may be told. */
const told = (call: Call) => [
  ...faults(call).map(({ named }) => named),
  ...(writes(call) ? REQUIRED : []),
  ...(filters(call) ? ["not existing property"] : []),
];
const deadlines = (call: Call) =>
  call.method === "revoke" ? [call.args[1]] : /^(create|upsert)/.test(call.method) ? elements(call) : [];

/** Refusals of arguments that were generated for it. */
const refusalOf = (name: string): Deviation => ({
  name,
  applies: async (call, world) => {
    if (!faults(call).some(({ deviation }) => deviation === name)) return false;
    if (call.method === "retrieveApiKey" && typeof call.args[0] !== "string") return false;
    if (!AIMED.includes(call.method) || call.wrong.some(({ argument }) => argument === 0)) return true;
    // The data are looked at where there is a key to write them to, and by `revoke` for any id.
    const [target] = call.args;
    return (
      (call.method === "revoke" && typeof target === "string" && target !== "") || (await hit(call, world)).length > 0
    );
  },
  decides: (call) => invalid(...told(call)),
  leftRefuses: (call) =>
    REFUSED_BY_BOTH.includes(name) && !writes(call) && faults(call).every(({ deviation }) => deviation === name),
});

export const DEVIATIONS: Deviation[] = [
  {
    name: "M4",
    applies: (call) => call.method === "rollApiKeys",
    leftOut: true,
  },
  {
    name: "M5",
    applies: (call) => /^(create|upsert)/.test(call.method) && elements(call).some((one) => "expires_in" in one),
    leftOut: true,
  },
  {
    name: "M1 (no second argument)",
    applies: (call) => call.method === "revoke" && typeof call.args[0] === "string" && call.args[1] === undefined,
    leftOut: true,
  },
  {
    name: "S8 (a revoker's clock was ahead)",
    applies: ({ method, args: [whose] }, { before, now }) => {
      const ahead = before.filter((row) => hasEnded(row, now) && (row.revoked_at as Date) > now);
      if (method === "deleteApiKeys") return ahead.some(({ id }) => [whose].flat().includes(id));
      if (/^(update|upsert|softDelete|restore)/.test(method)) return ahead.length > 0;
      return (
        method === "authenticate" &&
        ahead.some(({ redacted }) => redacted === `${whose}`.replace(/^(.{6}).*(.{3})$/, "$1***$2"))
      );
    },
    leftOut: true,
  },
  {
    // Stock creates and updates at the same time, so that chance decides which of two faults it tells.
    name: "two faults in an upsert",
    applies: (call) => call.method === "upsertApiKeys" && isTornBetweenFaults(call),
    leftOut: true,
  },
  {
    name: "S11 (fractions are kept)",
    applies: (call) =>
      deadlines(call).some(
        (data) => !Number.isInteger((data as { revoke_in?: 0 })?.revoke_in ?? 0) && call.wrong.length === 0,
      ),
    leftOut: true,
  },
  {
    name: "S1",
    applies: ({ method, args: [target] }) =>
      [...AIMED, "softDeleteApiKeys", "restoreApiKeys"].includes(method) && [target].flat().some(saysNothing),
    decides: (call) => invalid("The selector has no condition left", ...told(call)),
  },
  {
    name: "S21",
    applies: ({ method, args: [target] }) =>
      [...AIMED, "softDeleteApiKeys", "restoreApiKeys"].includes(method) && [target].flat().some(isWholeKey),
    decides: (call) => invalid("that is a whole key, not a selector", ...told(call)),
  },
  ...["S18", "S2", "S3", "S5", "S10", "S11", "S22", "S23", "A4", "A7", "A8", "A9", "A11", "A30"].map(refusalOf),
  {
    name: "S12",
    applies: (call) => CREATIONS.includes(call.method) && twin(call) !== undefined,
    decides: (call) => {
      if (elements(call).some(lacks)) return invalid("is required");
      return { type: "invalid_data", message: `Api key with id: ${twin(call)}, already exists.` };
    },
  },
  {
    name: "S14",
    applies: ({ method, args: [token] }) =>
      method === "authenticate" && (typeof token !== "string" || token.includes("\0")),
    decides: () => ({ answer: false }),
  },
  {
    name: "S8",
    applies: async (call, world) => {
      if (call.method !== "revoke" || !(call.args[1] as { revoked_by?: string } | null)?.revoked_by) return false;
      return (await hit(call, world)).some((key) => hasEnded(key, world.now));
    },
    decides: async (call, world) => {
      const revoked = (await hit(call, world)).filter((key) => hasEnded(key, world.now));
      const counted = ["secret", "publishable"]
        .map((type) => ({ type, count: revoked.filter((key) => key.type === type).length }))
        .filter(({ count }) => count > 0)
        .map(({ type, count }) => `${count} ${type} keys`);
      return { type: "invalid_data", message: `There are ${counted.join(" and ")} that are already revoked.` };
    },
  },
  ...TRANSLATIONS,
];

function twin(call: Call): unknown {
  const ids = elements(call).map(({ id }) => id);
  return ids.find((id, index) => id && ids.indexOf(id) < index);
}

function isTornBetweenFaults(call: Call): boolean {
  return elements(call).some(({ id }) => id) && elements(call).some((one) => !one.id && lacks(one));
}

function lacks(one: Record<string, unknown>): boolean {
  return REQUIRED.some((name) => one[name] === undefined || one[name] === null);
}
