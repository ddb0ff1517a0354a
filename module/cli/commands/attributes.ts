import type { Command } from "commander";
import type { ApiKeyOwner } from "../../types";
import { secondsUntil } from "../times";
import { jsonObject, list, owner, typeOption } from "../values";

/** The options that describe a new key. */
export interface KeyOptions {
  title: string;
  type: "secret" | "publishable";
  createdBy: string;
  id?: string;
  expiresIn?: number;
  scopes?: string[];
  owner?: ApiKeyOwner;
  allowedIp?: string[];
  metadata?: Record<string, unknown>;
}

/** Who commands say that they are, unless told otherwise. */
export const COMMAND_LINE = "command-line";

/** Adds the options that describe a new key. */
export function describedKey(to: Command): Command {
  return to
    .requiredOption("--title <title>", "the title")
    .addOption(typeOption("what the key is for").default("secret"))
    .option("--created-by <id>", "who creates the key", COMMAND_LINE)
    .option("--id <id>", "the id of the key (default: generated)")
    .option("--expires-in <when>", "when the key ends: 30d, 12h, or a time such as 2027-01-31", secondsUntil)
    .option("--scopes <scopes>", 'what the key may do: products:read,orders:*; "" is nothing (default: no limit)', list)
    .option("--owner <type:id>", "who the key acts for, such as user:user_123", owner)
    .option("--allowed-ip <address>", "an address or network from which the key may be used; repeatable", list)
    .option("--metadata <json>", "a JSON object to keep with the key", jsonObject);
}

/** Returns the members of a new key that the options set. */
export function keyOf({ title, type, createdBy, id, expiresIn, scopes, owner, allowedIp, metadata }: KeyOptions) {
  return {
    title,
    type,
    created_by: createdBy,
    ...(id === undefined ? {} : { id }),
    ...(expiresIn === undefined ? {} : { expires_in: expiresIn }),
    ...(scopes === undefined ? {} : { scopes }),
    ...(owner === undefined ? {} : { owner }),
    ...(allowedIp === undefined ? {} : { allowed_ips: allowedIp }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}
