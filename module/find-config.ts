import type { ApiKeyField } from "./filters";
import type { ApiKey, ApiKeyAttributes } from "./types";

type Direction = "ASC" | "DESC";
type DirectionWithNulls = Direction | `${Direction} NULLS ${"FIRST" | "LAST"}`;

/**
 * A sort direction; 1 is ascending, -1 descending. Without `NULLS`, empty columns sort as the largest values: last when
 * ascending, first when descending.
 */
export type SortDirection = DirectionWithNulls | Lowercase<DirectionWithNulls> | 1 | -1;

/** Directions for columns of linked modules, as `<table>.<column>`. */
interface LinkedOrder {
  /** A column of a table that `__internal.crossModuleJoins` reaches. */
  [column: `${string}.${string}`]: SortDirection;
}

/** The columns to sort by, most significant first. `token` is rejected: its order would reveal hashes. */
export type ApiKeyOrder = {
  [Field in Exclude<ApiKeyField, "token" | keyof ApiKeyAttributes>]?: SortDirection;
} & LinkedOrder;

/** The columns to return; `"*"` means all. */
export type ApiKeySelect = readonly (ApiKeyField | "*")[];

declare const allFields: unique symbol;

/** The `Select` of a read without `select`. An array type, so that editors complete column names; no array has it. */
export type AllFields = ApiKeySelect & { readonly [allFields]: true };

/** `Select` if each of its literals names a column; columns to choose from otherwise. Plain strings are not checked. */
type Checked<Select> = Select extends readonly (infer Name)[] ? (string extends Name ? Select : ApiKeySelect) : Select;

/**
 * The columns, page and order of a read. `Select` is the type of `select`, from which the type of the result follows.
 *
 * Unknown members are rejected with `invalid_data`. In Medusa they are ignored, except other names for a page, such as
 * `limit` and `offset`.
 */
export interface FindConfig<Select extends readonly string[] | undefined = ApiKeySelect | undefined> {
  /** The columns to return; `id` is always among them. Strings that name no column are ignored. Default: all. */
  select?: Select & Checked<Select>;
  /** The maximum number of keys, an integer. Default, and for numbers above `Number.MAX_SAFE_INTEGER`: no limit. */
  take?: number | null;
  /** The number of keys to skip, an integer. Default: 0. */
  skip?: number | null;
  /** The columns to sort by. Default: `{ id: "ASC" }`. Other columns and directions are rejected with `invalid_data`. */
  order?: ApiKeyOrder | readonly ApiKeyOrder[];
  /** Whether to include soft-deleted keys. Default: `false`. */
  withDeleted?: boolean;
  /** No effect, because keys have no relations; accepted because Medusa sends it. */
  relations?: readonly string[];
  /** Medusa's named filters: `softDeletable` and `freeTextSearch_ApiKey`; others are ignored. */
  filters?: Record<string, unknown>;
  /** Filters and joins on linked modules, as Medusa's query engine sends them. PostgreSQL only. */
  __internal?: {
    /** The joins, which name links and columns. */
    crossModuleJoins?: readonly object[];
  };
}

/** `Name` if it is a single literal, `never` if it is a union of several. */
type Single<Name, Each = Name> = Name extends unknown ? ([Each] extends [Name] ? Name : never) : never;

/** The literals that are in `Select` whatever its value: the elements of a tuple, but not of an array of any length. */
type Certain<Select extends readonly string[]> = number extends Select["length"]
  ? never
  : Extract<{ [Index in keyof Select]: Single<Select[Index]> }[number], ApiKeyField | "*">;

/** The columns that `Select` may name. */
type Possible<Select extends readonly string[]> = string extends Select[number]
  ? ApiKeyField
  : "*" extends Select[number]
    ? ApiKeyField
    : Extract<Select[number], ApiKeyField>;

type Part<Sure extends ApiKeyField, Perhaps extends ApiKeyField> = [Exclude<Perhaps, Sure>] extends [never]
  ? Pick<ApiKey, Sure>
  : Pick<ApiKey, Sure> & Partial<Pick<ApiKey, Exclude<Perhaps, Sure>>>;

/**
 * A key as a read with `select` returns it. `id` is always there.
 *
 * | `select` | result |
 * |---|---|
 * | none, or with `"*"` | `ApiKey` |
 * | literals: `["id", "title"]` | `Pick<ApiKey, "id" \| "title">` |
 * | not known at compile time: `string[]` | `id`; every other column may be missing |
 */
export type SelectedApiKey<Select extends readonly string[] | undefined> = 0 extends 1 & Select
  ? ApiKey
  : Select extends AllFields | undefined
    ? ApiKey
    : Select extends readonly string[]
      ? "*" extends Certain<Select>
        ? ApiKey
        : Part<"id" | Exclude<Certain<Select>, "*">, Possible<Select>>
      : never;
