// What a call into the addon costs that does nothing there.

import { createRequire } from "node:module";

const { NativeApiKeyService } = createRequire(import.meta.url)("../../binding/index.js");

const ignore = () => {};

/** `sync`: the shortest call of the addon. `async`: the shortest that answers through a promise: a key that nobody names is not found. */
export function openFloor() {
  const native = new NativeApiKeyService(JSON.stringify({ databaseUrl: "sqlite::memory:" }), ignore, ignore);
  return {
    sync: () => native.failure(),
    async: () => native.retrieveApiKey("null", "{}"),
    close: () => native.close(),
  };
}
