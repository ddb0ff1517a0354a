import type { ApiKey, ApiKeyAttributes, ApiKeyType, NoWholeKey } from "./types";

/** Operators on one column; all of them must hold. */
export interface OperatorMap<T> {
  /** Equal. `null` matches an empty column. For several values use `$in`: an array is rejected. */
  $eq?: T | null;
  /** Not equal; does not match an empty column. `null` matches a column that is not empty. */
  $ne?: T | null;
  /** Equal to one of these values; an empty array matches nothing. */
  $in?: readonly (T | null)[];
  /** Equal to none of these values; does not match an empty column. */
  $nin?: readonly (T | null)[];
  /** Greater, or later. `null` matches nothing. */
  $gt?: T | null;
  /** Greater or equal, or not earlier. `null` matches nothing. */
  $gte?: T | null;
  /** Less, or earlier. `null` matches nothing. */
  $lt?: T | null;
  /** Less or equal, or not later. `null` matches nothing. */
  $lte?: T | null;
  /** `true` matches a column that is not empty, `false` an empty one. */
  $exists?: boolean;
}

/** Operators on one string column; all of them must hold. */
export interface TextOperatorMap<T extends string = string> extends OperatorMap<T> {
  /** SQL's `LIKE`, case-sensitive: `%` matches any string, `_` any character. */
  $like?: string;
  /** `$like`, but case-insensitive. */
  $ilike?: string;
  /** A regular expression. */
  $re?: string | RegExp;
  /** Contains all these words, each as a whole word. */
  $fulltext?: string;
}

/** A value to equal, several values of which one must equal, or operators. */
export type FilterValue<T, Operators = OperatorMap<T>> = T | null | readonly (T | null)[] | Operators;

/** A filter on a string column: a string, several strings, a pattern to match, or operators. */
export type TextFilter = FilterValue<string, TextOperatorMap> | RegExp;

/** A filter on a time column: `Date` objects or ISO 8601 strings (years 1 to 9999), in UTC if they have no zone. */
export type TimeFilter = FilterValue<Date | string>;

/** The filter on a column that holds `T`. */
type FilterOf<T> = T extends Date
  ? TimeFilter
  : string extends T
    ? TextFilter
    : T extends string
      ? FilterValue<ApiKeyType, TextOperatorMap<ApiKeyType>>
      : never;

/** A condition on each column but the token. */
type ColumnConditions = {
  [Column in keyof ApiKey as Column extends "token" | keyof ApiKeyAttributes | symbol ? never : Column]?: FilterOf<
    NonNullable<ApiKey[Column]>
  >;
};

/** Whether a key has an attribute: `null` and `{ $exists: false }` match a key without it. */
type Existence = null | { $exists: boolean };

/**
 * Conditions on attributes. A key that lacks an attribute does not match a condition on it, and so matches its `$not`. An
 * empty condition, and one with a part that is `undefined`, is rejected with `invalid_data`, also in Medusa.
 */
interface AttributeConditions {
  /** The scopes contain this one, or all of these. Compares names: `products:*` is not found by `products:read`. */
  scopes?:
    | Existence
    | {
        /** A scope, or several of which the key has all. */
        $contains: string | readonly string[];
      };
  /** The owner, by its type, its id, or both; each may be one of several. An index serves conditions with `id`. */
  owner?:
    | Existence
    | {
        /** The owner's type, or several. */
        type: string | readonly string[];
        /** The owner's id, or several. */
        id?: string | readonly string[];
      }
    | {
        /** The owner's id, or several. */
        id: string | readonly string[];
      };
  /** Members of the metadata, compared for equality; `null` matches a member that is null or missing. */
  metadata?: Existence | Record<string, string | number | boolean | null>;
  /** Whether the key is limited to addresses. */
  allowed_ips?: Existence;
  /** The purpose, or one of several. */
  purpose?: Existence | string | readonly string[];
}

/** Conditions on the columns of a key, and groups of conditions; all of them must hold. */
export interface ApiKeyConditions extends ColumnConditions, AttributeConditions {
  /** The token of publishable keys: equality and `$in` only. Never matches a secret key. */
  token?: FilterValue<string, Pick<OperatorMap<string>, "$eq" | "$in">>;
  /** All of these must hold. */
  $and?: readonly ApiKeyConditions[];
  /** At least one of these must hold. */
  $or?: readonly ApiKeyConditions[];
  /** This must not hold. As in SQL, a comparison with an empty column is neither true nor false. */
  $not?: ApiKeyConditions;
}

/**
 * The keys to read; `{}` matches every key.
 *
 * A member that is `undefined`, at any level, is rejected with `invalid_data`: a missing variable must not match every key.
 * In Medusa it is ignored, as in Medusa's own module.
 */
export interface ApiKeyFilters extends ApiKeyConditions {
  /** Search words. Each must occur in the title or the redacted token, in upper or lower case. */
  q?: string;
}

/**
 * The keys to change; `{}` matches every key.
 *
 * As `ApiKeyFilters`, and these are rejected with `invalid_data`, also in Medusa: a selector that has members but sets no
 * condition, such as `{ q: "" }`, and a whole key, which would match nothing: pass its id.
 */
export interface ApiKeySelector extends ApiKeyFilters, NoWholeKey {}

/** The keys to change, by id. */
export interface ApiKeyIdSelector extends NoWholeKey {
  /** The id, or several ids. Ids that do not exist are ignored. */
  id: string | string[];
}

/** The name of a column or an attribute of a key. */
export type ApiKeyField = Extract<keyof ApiKey, string>;
