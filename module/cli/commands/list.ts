import type { ApiKeyFilters } from "../../filters";
import { action, type Cli, command, connectable } from "../command";
import { EXIT, usageError } from "../exit";
import { keyJson, keysIn, printKeys } from "../keys";
import { timeAhead } from "../times";
import { count, list, offset } from "../values";
import { conditionsOf, ended, live, type Selection, selecting } from "./selection";

interface ListOptions extends Selection {
  live?: boolean;
  revoked?: boolean;
  deleted?: boolean;
  scopes?: string[];
  search?: string;
  endsBefore?: Date;
  revokedBy?: string;
  limit: number;
  offset: number;
}

/** Adds `list`. */
export function addList(cli: Cli): void {
  const listing = command(cli, "list", "list keys, the newest first", [
    ["Secret keys that were not used for 90 days", "list --type secret --live --unused-for 90d"],
    ["The keys of a user", "list --owner user:user_123"],
    ["Keys that end within a week", "list --live --ends-before 7d"],
    ["The ids of all revoked keys", "list --revoked --limit 1000 --json | jq -r '.keys[].id'"],
  ]);
  selecting(listing)
    .option("--live", "only keys that are accepted now")
    .option("--revoked", "only keys that were revoked or have expired")
    .option("--deleted", "only soft-deleted keys")
    .option("--revoked-by <id>", "only keys that this user or key revoked or rolled")
    .option("--scopes <scopes>", "only keys that have all these scopes", list)
    .option("--ends-before <when>", "only keys with an end before this time: 7d from now, or 2027-01-31", timeAhead)
    .option("--search <words>", "only keys with these words in the title or the redacted token")
    .option("--limit <number>", "the number of keys", count, 100)
    .option("--offset <number>", "the number of keys to leave out", offset, 0);
  connectable(listing).action(
    action<ListOptions>(cli, async ({ service, terminal, options }) => {
      const { filters, withDeleted } = filtersOf(options);
      const { limit: take, offset: skip } = options;
      const order = { created_at: "DESC", id: "DESC" } as const;
      const [keys, total] = await service.listAndCountApiKeys(filters, { take, skip, order, withDeleted });
      if (options.json) {
        terminal.printJson({ count: total, keys: keys.map(keyJson) });
        return EXIT.ok;
      }
      if (keys.length > 0) printKeys(terminal, keys);
      if (keys.length === 0) {
        terminal.note("No keys match.");
      } else if (keys.length < total) {
        terminal.note(`\n${keysIn(keys.length)} of ${total}; --limit and --offset select others.`);
      }
      return EXIT.ok;
    }),
  );
}

function filtersOf(options: ListOptions): { filters: ApiKeyFilters; withDeleted: boolean } {
  const { live: onlyLive, revoked, deleted, revokedBy, scopes, search, endsBefore } = options;
  if ([onlyLive, revoked, deleted].filter(Boolean).length > 1) {
    throw usageError("--live, --revoked and --deleted exclude each other");
  }
  const conditions = conditionsOf(options);
  if (onlyLive) conditions.push(live());
  if (revoked) conditions.push(ended());
  if (deleted) conditions.push({ deleted_at: { $ne: null } });
  if (revokedBy !== undefined) conditions.push({ revoked_by: revokedBy });
  if (scopes !== undefined) conditions.push({ scopes: { $contains: scopes } });
  if (endsBefore !== undefined) conditions.push({ revoked_at: { $lt: endsBefore } });
  const filters = conditions.length === 0 ? {} : { $and: conditions };
  return { filters: search === undefined ? filters : { ...filters, q: search }, withDeleted: deleted === true };
}
