import type { ApiKey } from "../types";
import { CommandError, EXIT } from "./exit";
import { type Colors, shown, type Terminal } from "./terminal";
import { minute } from "./times";

/** `live`: accepted, perhaps until `revoked_at`. `revoked`: revoked or expired. `deleted`: soft-deleted. */
export type KeyState = "live" | "revoked" | "deleted";

/** A key in the output of `--json`. Times are ISO 8601 strings. Attributes that the key does not have are missing. */
export type KeyJson = Record<string, unknown> & { id: string; state: KeyState };

/** The longest title in a table. */
const MAX_TITLE = 40;

/** The keys that a preview lists. */
const MAX_PREVIEW = 20;

/** Returns the state of a key now. */
export function stateOf(key: ApiKey): KeyState {
  if (key.deleted_at !== null) {
    return "deleted";
  }
  return key.revoked_at !== null && key.revoked_at.getTime() <= Date.now() ? "revoked" : "live";
}

/** Converts a key for `--json`. A publishable token is public; that of a secret key is there after its creation only. */
export function keyJson(key: ApiKey): KeyJson {
  const { id, title, type, token, ...rest } = key;
  return { id, title, type, state: stateOf(key), ...(token === "" ? {} : { token }), ...rest };
}

/** Prints a key, one member per line. */
export function printKey(terminal: Terminal, key: ApiKey): void {
  const { colors } = terminal;
  const members: [string, string | null | undefined][] = [
    ["id", shown(key.id)],
    ["title", shown(key.title)],
    ["type", key.type],
    ["state", coloredState(key, colors)],
    ["redacted", shown(key.redacted)],
    ["created", `${minute(key.created_at)} by ${shown(key.created_by)}`],
    ["updated", minute(key.updated_at)],
    ["last used", key.last_used_at ? minute(key.last_used_at) : "never recorded"],
    [stateOf(key) === "live" ? "ends" : "revoked", revocationOf(key)],
    ["deleted", key.deleted_at && minute(key.deleted_at)],
    ["owner", key.owner && shown(`${key.owner.type}:${key.owner.id}`)],
    ["scopes", key.scopes && (key.scopes.map(shown).join(", ") || "none: it may do nothing")],
    ["allowed ips", key.allowed_ips && (key.allowed_ips.map(shown).join(", ") || "none: it may be used from nowhere")],
    ["purpose", key.purpose && shown(key.purpose)],
    ["metadata", key.metadata && shown(JSON.stringify(key.metadata))],
    ["token", key.token === "" ? undefined : colors.bold(shown(key.token))],
  ];
  const rows = members.filter((member): member is [string, string] => Boolean(member[1]));
  terminal.printTable(
    [],
    rows.map(([name, value]) => [colors.dim(name), value]),
  );
}

/** Waits for the output with a new token. Rejects if the token, which is not shown again, could not be written. */
export async function writtenToken(terminal: Terminal, { id }: ApiKey): Promise<void> {
  try {
    await terminal.written();
  } catch {
    throw new CommandError(
      EXIT.failure,
      `the token of the new key ${id} could not be written, and is not shown again; replace the key: medusa-api-key-native roll ${id}`,
    );
  }
}

/** Prints keys, one per line. A column that is empty in all rows is left out. */
export function printKeys(terminal: Terminal, keys: readonly ApiKey[]): void {
  const { colors } = terminal;
  const columns: [string, (key: ApiKey) => string][] = [
    ["ID", (key) => shown(key.id)],
    ["TITLE", (key) => cut(shown(key.title))],
    ["TYPE", (key) => key.type],
    ["STATE", (key) => coloredState(key, colors)],
    ["CREATED", (key) => minute(key.created_at)],
    ["LAST USED", (key) => (key.last_used_at ? minute(key.last_used_at) : "")],
    ["OWNER", (key) => (key.owner ? cut(shown(`${key.owner.type}:${key.owner.id}`)) : "")],
    ["SCOPES", (key) => (key.scopes ? cut(key.scopes.map(shown).join(",") || "none") : "")],
  ];
  const filled = columns.filter(([, cell]) => keys.some((key) => cell(key) !== ""));
  terminal.printTable(
    filled.map(([title]) => title),
    keys.map((key) => filled.map(([, cell]) => cell(key))),
  );
}

/** Prints the first keys of many, on standard error. */
export function previewKeys(terminal: Terminal, keys: readonly ApiKey[]): void {
  for (const key of keys.slice(0, MAX_PREVIEW)) {
    terminal.note(`  ${shown(key.id)}  ${key.type}  ${cut(shown(key.title))}`);
  }
  if (keys.length > MAX_PREVIEW) {
    terminal.note(`  and ${keys.length - MAX_PREVIEW} more`);
  }
}

/** "1 key", "2 keys". */
export function keysIn(count: number): string {
  return `${count} ${count === 1 ? "key" : "keys"}`;
}

function coloredState(key: ApiKey, colors: Colors): string {
  const state = stateOf(key);
  if (state !== "live") {
    return colors.red(state);
  }
  return key.revoked_at === null ? colors.green("live") : colors.yellow(`live until ${minute(key.revoked_at)}`);
}

function revocationOf(key: ApiKey): string | null {
  if (key.revoked_at === null) {
    return null;
  }
  return `${minute(key.revoked_at)}${key.revoked_by === null ? "" : ` by ${shown(key.revoked_by)}`}`;
}

function cut(text: string): string {
  const characters = [...text];
  return characters.length <= MAX_TITLE ? text : `${characters.slice(0, MAX_TITLE - 1).join("")}…`;
}
