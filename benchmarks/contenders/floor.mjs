// Calls into the addon that do nothing there, to measure the overhead of a call.

import { createRequire } from "node:module";

const { NativeApiKeyService } = createRequire(import.meta.url)("../../binding/index.js");

const ignore = () => {};

/** Opens the contender. `sync` is the addon's cheapest call, `async` its cheapest that returns a promise: deleting an empty list of ids. */
export function openFloor() {
  const native = new NativeApiKeyService(JSON.stringify({ databaseUrl: "sqlite::memory:" }), ignore, ignore);
  return {
    sync: () => native.failure(),
    async: async () => ((await native.deleteApiKeys(0, "[]", "null")).startsWith('{"value"') ? null : undefined),
    close: () => native.close(),
  };
}
