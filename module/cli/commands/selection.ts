import type { Command } from "commander";
import type { ApiKeyFilters } from "../../filters";
import { timeAgo } from "../times";
import { ownerFilter, typeOption } from "../values";

/** The options that select keys. */
export interface Selection {
  type?: "secret" | "publishable";
  owner?: { type: string; id?: string };
  createdBy?: string;
  unusedFor?: Date;
}

/** Adds the options that select keys. */
export function selecting(to: Command): Command {
  return to
    .addOption(typeOption("only keys of this type"))
    .option("--owner <type:id>", "only keys of this owner; the type alone selects all owners of that type", ownerFilter)
    .option("--created-by <id>", "only keys that this user, key or program created")
    .option(
      "--unused-for <duration>",
      "only keys that were neither used nor created for that long, such as 90d, or since a time",
      timeAgo,
    );
}

/** Returns the conditions of a selection, one per option. */
export function conditionsOf({ type, owner, createdBy, unusedFor }: Selection): ApiKeyFilters[] {
  const conditions: ApiKeyFilters[] = [];
  if (type !== undefined) conditions.push({ type });
  if (owner !== undefined) conditions.push({ owner });
  if (createdBy !== undefined) conditions.push({ created_by: createdBy });
  if (unusedFor !== undefined) {
    conditions.push({
      created_at: { $lt: unusedFor },
      $or: [{ last_used_at: { $lt: unusedFor } }, { last_used_at: null }],
    });
  }
  return conditions;
}

/** The keys that are accepted now. */
export function live(now = new Date()): ApiKeyFilters {
  return { $or: [{ revoked_at: null }, { revoked_at: { $gt: now } }] };
}

/** The keys that were revoked or have expired. */
export function ended(now = new Date()): ApiKeyFilters {
  return { revoked_at: { $lte: now } };
}
