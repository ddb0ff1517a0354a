import type { ApiKey, CreateInput } from "../api/keys";
import { type Duration, secondsOf } from "./duration";
import { entriesOf, invalidScopes } from "./entries";

/** The values of the form for a new key, as typed. */
export interface KeyForm {
  title: string;
  expiry: Duration;
  /** Whether the key gets scopes. Full access is chosen, never the result of an empty field. */
  access: "limited" | "everything";
  scopes: string;
  addresses: string;
}

export const EMPTY: KeyForm = {
  title: "",
  expiry: { choice: "quarter", days: "" },
  access: "limited",
  scopes: "",
  addresses: "",
};

/** What is wrong with a field: the key of a text, and its values. */
export interface Problem {
  text: string;
  values?: Record<string, string>;
}

export type Problems = Partial<Record<"title" | "expiry" | "scopes", Problem>>;

/** Returns what is wrong with the form; `{}` if nothing is. */
export function problemsOf({ title, expiry, access, scopes }: KeyForm, type: ApiKey["type"]): Problems {
  const limited = type === "secret" && access === "limited";
  const entries = limited ? entriesOf(scopes) : [];
  const invalid = invalidScopes(entries);
  return {
    ...(title.trim() === "" && { title: { text: "create.titleMissing" } }),
    ...(secondsOf(expiry) === undefined && { expiry: { text: "duration.daysInvalid" } }),
    ...(limited && entries.length === 0 && { scopes: { text: "create.scopesMissing" } }),
    ...(invalid.length > 0 && { scopes: { text: "create.scopesInvalid", values: { entries: invalid.join(", ") } } }),
  };
}

/** Returns the body of the request for a form without problems. */
export function requestOf({ title, expiry, access, scopes, addresses }: KeyForm, type: ApiKey["type"]): CreateInput {
  const expires_in = secondsOf(expiry);
  const allowed_ips = entriesOf(addresses);
  return {
    title: title.trim(),
    type,
    ...(typeof expires_in === "number" && { expires_in }),
    ...(type === "secret" && access === "limited" && { scopes: entriesOf(scopes) }),
    ...(type === "secret" && allowed_ips.length > 0 && { allowed_ips }),
  };
}
