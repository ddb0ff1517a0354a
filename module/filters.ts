import type { ApiKey, ApiKeyType, NoWholeKey } from "./types";

/** Conditions on one column; all of them must hold. An operand that is `undefined` says nothing. */
export interface OperatorMap<T> {
  /** Equal; `null` asks for an empty column. An array, which Medusa's own types admit, is refused: use `$in`. */
  $eq?: T | null | readonly (T | null)[];
  /** Not equal; an empty column is not matched. `null` asks for a column that is not empty. */
  $ne?: T | null;
  /** Equal to one of these; an empty array matches nothing. */
  $in?: readonly (T | null)[];
  /** Equal to none of these; an empty column is not matched. */
  $nin?: readonly (T | null)[];
  /** Greater, or later. */
  $gt?: T | null;
  /** Greater or equal, or not earlier. */
  $gte?: T | null;
  /** Less, or earlier. */
  $lt?: T | null;
  /** Less or equal, or not later. */
  $lte?: T | null;
  /** SQL's LIKE: `%` stands for any text, `_` for any character. Text columns only. */
  $like?: string;
  /** Like `$like`, in upper or lower case. */
  $ilike?: string;
  /** A regular expression. Text columns only. */
  $re?: string | RegExp;
  /** All these words, whole. Text columns only. */
  $fulltext?: string;
  /** Whether the column holds anything. */
  $exists?: boolean;
}

/** A value, several of which one must equal, or conditions. */
export type FilterValue<T> = T | null | readonly (T | null)[] | OperatorMap<T>;

/** A text to equal, a pattern to match, several texts, or conditions. */
export type TextFilter = FilterValue<string> | RegExp;

/** A moment: a `Date` or ISO 8601 text between the years 1 and 9999; text without a zone is UTC. */
export type TimeFilter = FilterValue<Date | string>;

/** Conditions on the columns of a key and on groups of them; all of them must hold. */
export interface ApiKeyConditions {
  /** The id. */
  id?: TextFilter;
  /** The token of publishable keys: equality and `$in` only. It never matches a secret key. */
  token?: string | null | readonly (string | null)[] | Pick<OperatorMap<string>, "$eq" | "$in">;
  /** The redacted token. */
  redacted?: TextFilter;
  /** The title. */
  title?: TextFilter;
  /** What the key is for. */
  type?: FilterValue<ApiKeyType>;
  /** When it was last used. */
  last_used_at?: TimeFilter;
  /** Who created it. */
  created_by?: TextFilter;
  /** Who revoked it. */
  revoked_by?: TextFilter;
  /** From when on it is refused. */
  revoked_at?: TimeFilter;
  /** When it was created. */
  created_at?: TimeFilter;
  /** When it was last changed. */
  updated_at?: TimeFilter;
  /** When it was soft-deleted; such keys are seen `withDeleted` only. */
  deleted_at?: TimeFilter;
  /** All of these must hold. */
  $and?: readonly ApiKeyConditions[];
  /** One of these must hold. */
  $or?: readonly ApiKeyConditions[];
  /** This must not hold; by SQL's rules, an empty column makes neither a condition nor its opposite hold. */
  $not?: ApiKeyConditions;
}

/**
 * Which keys are meant; `{}` means every key.
 *
 * A member that is `undefined`, at any level, is rejected with `invalid_data`: a missing variable must not match every key.
 * In Medusa it is dropped, as in Medusa's own module; a selector of a write that has no condition left is rejected there, too.
 */
export interface ApiKeyFilters extends ApiKeyConditions {
  /** Every word of this text must stand in the title or the redacted token, in upper or lower case. */
  q?: string;
}

/**
 * Which keys a write is aimed at. A whole key is rejected with `invalid_data`, because it would match nothing: pass its id.
 */
export interface ApiKeySelector extends ApiKeyFilters, NoWholeKey {}

/** The name of a field of a key. */
export type ApiKeyField = Extract<keyof ApiKey, string>;

/** Upwards or downwards, optionally with empty columns first or last; by default empty columns count as largest. */
export type SortDirection = "ASC" | "DESC" | (string & {}) | 1 | -1;

/**
 * Which fields are answered, of which page, in which order.
 *
 * Unknown members are rejected with `invalid_data`. In Medusa they are ignored, except for other names of a page, such as
 * `limit` and `offset`.
 */
export interface FindConfig {
  /** The fields to answer; `id` always is. Names that are no field are ignored. Default: all. */
  select?: readonly (ApiKeyField | (string & {}))[];
  /** How many keys at most: a whole number. Default, and for numbers beyond the safe integers: all. */
  take?: number | null;
  /** How many keys to pass over first: a whole number. Default: none. */
  skip?: number | null;
  /** The fields to order by. Default: `{ id: "ASC" }`. Unknown fields and directions are refused with `invalid_data`. */
  order?: Record<string, unknown> | { [Field in ApiKeyField]?: SortDirection };
  /** Whether soft-deleted keys are seen. Default: no. */
  withDeleted?: boolean;
  /** Without meaning here, as keys have no relations; accepted because Medusa sends it. */
  relations?: readonly string[];
  /** Medusa's named filters: `softDeletable` and `freeTextSearch_ApiKey`; others are ignored. */
  filters?: Record<string, unknown>;
}
