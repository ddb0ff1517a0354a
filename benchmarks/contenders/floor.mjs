// What a call into the addon costs that does nothing there.

import { createRequire } from "node:module";

const { NativeApiKeyService } = createRequire(import.meta.url)("../../binding/index.js");

const ignore = () => {};

/** `sync`: the shortest call of the addon. `async`: the shortest that answers through a promise: nothing is deleted of no ids. */
export function openFloor() {
  const native = new NativeApiKeyService(JSON.stringify({ databaseUrl: "sqlite::memory:" }), ignore, ignore);
  return {
    sync: () => native.failure(),
    async: async () => ((await native.deleteApiKeys(0, "[]", "null")).deleted.length === 0 ? null : undefined),
    close: () => native.close(),
  };
}
