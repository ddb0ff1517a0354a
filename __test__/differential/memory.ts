// What a history remembers of the keys that its calls created.

import type { Memory } from "./operation";
import type { Outcome } from "./side";

export const newMemory = (): Memory => ({ id: [], token: [], forged: [], redacted: [] });

/** Adds the keys whose tokens an answer shows for the first time. */
export function remember(memory: Memory, { answer }: Outcome): void {
  const keys = [answer, (answer as { created?: object } | undefined)?.created].flat();
  for (const key of keys.filter(showsToken)) {
    if (memory.token.includes(key.token)) continue;
    memory.id.push(key.id);
    memory.token.push(key.token);
    memory.forged.push(`${key.token.slice(0, 20)}${key.token[20] === "0" ? "1" : "0"}${key.token.slice(21)}`);
    memory.redacted.push(key.redacted);
  }
}

const showsToken = (key: unknown): key is { id: string; token: string; redacted: string } =>
  ["id", "token", "redacted"].every((name) => typeof Object(key)[name] === "string" && Object(key)[name] !== "");
