// What a call into the addon costs that does nothing there.

import { createRequire } from "node:module";

const { NativeApiKeyService } = createRequire(import.meta.url)("../../binding/index.js");

/** `sync`: the shortest call of the addon. `async`: the shortest that answers through a promise: a token with NUL is nobody's. */
export function openFloor() {
  const native = new NativeApiKeyService(JSON.stringify({ databaseUrl: "sqlite::memory:" }));
  return {
    sync: () => native.failure(),
    async: () => native.authenticate(0, "sk_\0"),
    close: () => native.close(),
  };
}
