import { types } from "node:util";
import { mapElements } from "./elements";

/** The option `hashKeys` with secrets as strings, so that they cross to Rust; anything unexpected stays, for Rust to reject. */
export function withTextSecrets<Options extends object>(options: Options): Options {
  const { hashKeys } = options as { hashKeys?: unknown };
  if (!Array.isArray(hashKeys)) {
    return options;
  }
  return { ...options, hashKeys: mapElements(hashKeys, withTextSecret) };
}

function withTextSecret(key: unknown): unknown {
  const secret = (key as { secret?: unknown } | null | undefined)?.secret;
  if (!types.isUint8Array(secret)) {
    return key;
  }
  return {
    ...(key as object),
    secret: Buffer.from(secret.buffer, secret.byteOffset, secret.byteLength).toString("hex"),
  };
}
