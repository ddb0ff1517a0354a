// The config language, and what it refuses.

import fc from "fast-check";
import { STOCK_COLUMNS } from "../../support/service";
import { search } from "./filters";
import { weighted, wrong } from "./values";

const page = (name: string, huge: fc.Arbitrary<unknown>) =>
  weighted<unknown>(
    [8, fc.nat({ max: 5 })],
    [1, fc.constantFrom<unknown>(false, null, undefined)],
    [0.2, huge],
    [0.3, wrong("A11", name, "2", 1.5, Number.NaN, true, 1n)],
    [0.3, wrong("S18", name, -1)],
  );

const HUGE = [Number.POSITIVE_INFINITY, 2 ** 60];

const direction = weighted<unknown>(
  [8, fc.constantFrom<unknown>("ASC", "DESC", "asc", "desc", "Asc", 1, -1)],
  [2, fc.constantFrom("asc nulls first", "desc nulls last", "ASC NULLS LAST", "DESC NULLS FIRST", "")],
  [0.3, wrong("S3", "order", "asc, id", "sideways", "desc nulls", "asc; select 1")],
  [0.2, wrong("S18", "order", true, null, 0, 2)],
);

const columns = (most: number) =>
  fc.uniqueArray(fc.constantFrom(...STOCK_COLUMNS.filter((name) => name !== "token")), { maxLength: most });

// Ties have no order in SQL, so each order ends with the id.
const order = weighted<unknown>(
  [
    6,
    fc
      .tuple(columns(2), fc.array(direction, { minLength: 3, maxLength: 3 }))
      .map(([names, ways]) => byThem([...names, "id"], ways)),
  ],
  [
    2,
    fc
      .tuple(columns(2), fc.array(direction, { minLength: 3, maxLength: 3 }))
      .map(([names, ways]) => [byThem(names, ways), { id: ways[2] }]),
  ],
  [2, fc.constantFrom(undefined, null, {}, [])],
  [0.2, fc.constantFrom({ nope: "ASC" }, { nope: undefined })],
  [0.1, wrong("S5", "order", { token: "ASC" }, [{ title: 1 }, { salt: "desc" }])],
);

const byThem = (names: string[], ways: unknown[]) =>
  Object.fromEntries([...new Set(names)].map((name, index) => [name, ways[index]]));

const select = weighted<unknown>(
  [6, fc.subarray([...STOCK_COLUMNS, "salt", "nope", "also.nope", ""])],
  [1, fc.constantFrom<unknown>(["*"], undefined, null, false, "", [], ["token"], ["token", "type"])],
  [0.2, wrong("S18", "select", "title", { title: true }, [5])],
);

const configs = (deviation: string) =>
  weighted<unknown>(
    [3, fc.constantFrom(undefined, {})],
    [
      6,
      fc.record(
        {
          ...{
            take: page("take", fc.constantFrom(...HUGE)),
            skip: page("skip", wrong("A11", "skip", ...HUGE)),
            order,
            select,
          },
          withDeleted: fc.constantFrom<unknown>(true, true, false, undefined, null, "false", {}),
          relations: weighted<unknown>(
            [12, fc.constantFrom([], ["nope"], undefined, null)],
            [0.2, wrong("S18", "relations", 5, true, { nope: true }, [5], [null])],
          ),
          filters: fc.oneof(
            fc
              .constantFrom<unknown>(false, true, undefined, { withDeleted: true })
              .map((softDeletable) => ({ softDeletable })),
            fc.constantFrom({ unknown: true }, {}),
            search.map((value) => ({ freeTextSearch_ApiKey: { value, fromEntity: "ApiKey" } })),
            wrong("S18", "freeTextSearch_ApiKey", true, null, "alpha").map((freeTextSearch_ApiKey) => ({
              freeTextSearch_ApiKey,
            })),
          ),
        },
        { requiredKeys: [] },
      ),
    ],
    [0.2, fc.constantFrom<unknown>([], () => undefined)],
    [
      0.2,
      fc
        .constantFrom("limit", "offset", "per_page")
        .chain((name) => wrong("S23", name, 2, "2").map((page) => ({ [name]: page }))),
    ],
    [0.1, wrong("S18", "config", null)],
    [0.2, wrong(deviation, "config", "title", 5, true)],
  );

/** The configs of lists. */
export const config = configs("S18");

/** The configs of `retrieveApiKey`, where stock passes over what is no object. */
export const configOfOne = configs("A30");

/** The configs of `softDeleteApiKeys` and `restoreApiKeys`. */
export const linkable = weighted<unknown>(
  [6, fc.constant(undefined)],
  [1, fc.constant({})],
  [
    2,
    fc.subarray(["api_key_id", "publishable_key_id", "nope_id"]).map((returnLinkableKeys) => ({ returnLinkableKeys })),
  ],
);

/** The last arguments: what a workflow passes, and what stock lets pass for it. */
export const context = weighted<unknown>(
  [6, fc.constant(undefined)],
  [2, fc.constantFrom("group_1", "group_2").map((eventGroupId) => ({ eventGroupId }))],
  [1, fc.constantFrom<unknown>(null, {}, "context", 5, true, [], { eventGroupId: undefined })],
);
