/** `ok`: as it should be. `note`: works, and is worth knowing. `problem`: calls fail, or a promise is not kept. */
export type CheckState = "ok" | "note" | "problem";

/** The names of the checks, in their order. */
export type CheckName =
  | "connection"
  | "file"
  | "encryption"
  | "pooler"
  | "replica"
  | "clock"
  | "table"
  | "privileges"
  | "triggers"
  | "keys"
  | "hash keys"
  | "stock";

/** The result of a check. */
export interface Check {
  check: CheckName;
  state: CheckState;
  /** What was found. */
  message: string;
  /** What to do; null if nothing has to be done. */
  remedy: string | null;
}

/** Everything is as it should be. */
export function ok(check: CheckName, message: string): Check {
  return { check, state: "ok", message, remedy: null };
}

/** Something works, and is worth knowing. */
export function note(check: CheckName, message: string, remedy: string | null = null): Check {
  return { check, state: "note", message, remedy };
}

/** Something must be mended. */
export function problem(check: CheckName, message: string, remedy: string): Check {
  return { check, state: "problem", message, remedy };
}
