// Written by "npm run build" from src/columns.rs; change that file instead.

import type { ApiKey, ApiKeyType } from "../types";

/** The columns of the table in model order, with their GraphQL types. */
export const COLUMNS = {
  id: "ID!",
  token: "String!",
  salt: "String!",
  redacted: "String!",
  title: "String!",
  type: "ApiKeyTypeEnum!",
  last_used_at: "DateTime",
  created_by: "String!",
  revoked_by: "String",
  revoked_at: "DateTime",
  created_at: "DateTime!",
  updated_at: "DateTime!",
  deleted_at: "DateTime",
};

/** A key as Rust sends it: the columns that results contain, times in epoch milliseconds. */
export interface KeyRow {
  id: string;
  token: string;
  redacted: string;
  title: string;
  type: ApiKeyType;
  last_used_at: number | null;
  created_by: string;
  revoked_by: string | null;
  revoked_at: number | null;
  created_at: number;
  updated_at: number;
  deleted_at: number | null;
}

/** Converts a row to a key. */
export function decodeKey(row: KeyRow): ApiKey {
  return {
    id: row.id,
    token: row.token,
    redacted: row.redacted,
    title: row.title,
    type: row.type,
    last_used_at: row.last_used_at === null ? null : new Date(row.last_used_at),
    created_by: row.created_by,
    revoked_by: row.revoked_by,
    revoked_at: row.revoked_at === null ? null : new Date(row.revoked_at),
    created_at: new Date(row.created_at),
    updated_at: new Date(row.updated_at),
    deleted_at: row.deleted_at === null ? null : new Date(row.deleted_at),
  };
}
