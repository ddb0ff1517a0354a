// Which keys a call is aimed at.

import type { ApiKey } from "../support/service";
import { type Call, copy } from "./operation";
import type { World } from "./plan";
import { literally } from "./search";
import { separately } from "./top-operators";

/** The visible keys that the first argument of `updateApiKeys` or `revoke` means. */
export async function hit({ args: [target] }: Call, { left }: World): Promise<ApiKey[]> {
  if (typeof target === "string") return left.service.listApiKeys({ id: target });
  if (typeof target !== "object" || target === null || Array.isArray(target)) return [];
  return left.service.listApiKeys(separately(literally(copy(target))) as object).catch(() => []);
}

/** Whether a key is revoked, or its row was last written by its revocation, be it by a clock ahead of this one. */
export function hasEnded({ revoked_at, updated_at }: Pick<ApiKey, "revoked_at" | "updated_at">, now: Date): boolean {
  if (revoked_at === null) return false;
  const later = updated_at.getTime() - revoked_at.getTime();
  return revoked_at <= now || (later >= 0 && later <= 1_000);
}

/** Whether a target is a key as an answer shows it, or holds one. */
export function isWholeKey(target: unknown): boolean {
  const { id, redacted } = Object(target) as { id?: unknown; redacted?: unknown };
  return !Array.isArray(target) && typeof id === "string" && typeof redacted === "string";
}

/** Whether a selector has members and yet no condition. */
export function saysNothing(selector: unknown): boolean {
  return isObject(selector) && Object.keys(selector).length > 0 && isEmpty(selector);
}

/** Whether a filter is no condition once everything undefined is dropped. */
function isEmpty(filter: unknown): boolean {
  if (filter === undefined) return true;
  return isObject(filter) && Object.entries(filter).every(([name, value]) => isEmptyMember(name, value));
}

function isEmptyMember(name: string, value: unknown): boolean {
  if (name === "$and" || name === "$or") return Array.isArray(value) && value.every(isEmpty);
  // What this package refuses is no condition that was left out.
  if (name === "$some" || name === "$none") return false;
  if (name === "q") return !value || (typeof value === "string" && value.trim() === "");
  return isEmpty(value);
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
