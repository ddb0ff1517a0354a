// Random filters, compared with a naive evaluation.

import fc from "fast-check";
import { describeEverywhere } from "../support/implementations";
import type { ApiKey } from "../support/service";
import { fillShelf } from "../support/shelf";
import { type ColumnFilter, type Filter, matches } from "./naive-filter";

const RUNS = { numRuns: 150 };
const TITLES = [
  "Alpha",
  "alpha",
  "Beta one",
  "",
  "100% wool",
  "snake_case",
  "back\\slash",
  'it\'s "quoted"',
  "nobody's",
];
const PATTERNS = ["%", "", "Al%", "%a", "_lpha", "%\\%%", "%e\\_c%", "BETA%", "%o%", "%\\\\%", "%'%", "______"];
/** Regular expressions that mean the same in PostgreSQL, Rust and JavaScript. */
const EXPRESSIONS = ["a", "^a", "a$", "^Alpha$", ".", "^$", "%", "[0-9]", "e o", "^(Alpha|alpha)$"];
const TEXTS: Record<string, string[]> = {
  id: ["apk_01", "apk_02", "apk_05", "apk_09", "apk_", "apk_99"],
  title: TITLES,
  type: ["publishable", "secret"],
  created_by: ["", "user_1", "user_2", "user_3", "user"],
  revoked_by: ["user_1", "user_2", "nobody"],
};
const MOMENTS = ["2021-01-03", "2021-02-03", "2022-01-01", "2022-01-02", "2099-01-01", "1999-12-31"].map(
  (day) => new Date(day),
);

const operand = <Value>(values: Value[]) =>
  fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...values) }, { weight: 1, arbitrary: fc.constant(null) });
const operands = <Value>(values: Value[]) => fc.array(operand(values), { maxLength: 4 });

const columnOf = <Value>(values: Value[], operators: object) =>
  fc.oneof(
    operand(values),
    operands(values),
    fc
      .record({ ...comparisons(values), ...operators }, { requiredKeys: [] })
      .filter((operatorMap) => Object.keys(operatorMap).length > 0),
  ) as fc.Arbitrary<ColumnFilter>;

const comparisons = <Value>(values: Value[]) => ({
  ...{ $eq: operand(values), $ne: operand(values), $in: operands(values), $nin: operands(values) },
  ...{ $gt: operand(values), $gte: operand(values), $lt: operand(values), $lte: operand(values) },
});

const text = (name: string, values: string[]) =>
  columnOf(values, {
    ...{ $like: fc.constantFrom(...PATTERNS), $ilike: fc.constantFrom(...PATTERNS) },
    $re: fc.constantFrom(...EXPRESSIONS),
  }).map((value) => ({
    [name]: value,
  }));

const moment = (name: string) => columnOf(MOMENTS, { $exists: fc.boolean() }).map((value) => ({ [name]: value }));

const condition: fc.Arbitrary<Filter> = fc.oneof(
  ...Object.entries(TEXTS).map(([name, values]) => text(name, values)),
  ...["created_at", "revoked_at", "last_used_at"].map(moment),
);

const conditions = fc
  .array(condition, { minLength: 1, maxLength: 3 })
  .map((list): Filter => Object.assign({}, ...list));

const { tree } = fc.letrec<{ tree: Filter }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    conditions,
    fc.record({ $and: fc.array(tie("tree"), { minLength: 1, maxLength: 3 }) }),
    fc.record({ $or: fc.array(tie("tree"), { minLength: 1, maxLength: 3 }) }),
    fc.record({ $not: tie("tree") }),
    fc.tuple(conditions, fc.array(tie("tree"), { minLength: 1, maxLength: 2 })).map(([and, $or]) => ({ ...and, $or })),
  ) as fc.Arbitrary<Filter>,
}));

describeEverywhere("A filter follows SQL's three-valued logic", (current) => {
  let shelf: ApiKey[];

  beforeEach(async () => {
    shelf = await fillShelf(current().service);
  });

  it("for any condition on one column (D7)", async () => {
    await fc.assert(fc.asyncProperty(condition, agrees), RUNS);
  });

  it("for any tree of $and, $or and $not", async () => {
    await fc.assert(fc.asyncProperty(tree, agrees), RUNS);
  });

  it("for tokens of publishable keys, alone or in lists, negated or not", async () => {
    const tokens = [...shelf.filter((key) => key.type === "publishable").map((key) => key.token), "pk_unknown"];
    const asked = fc.oneof(
      operand(tokens),
      operands(tokens),
      fc.record({ $in: operands(tokens) }),
      fc.record({ $eq: operand(tokens) }),
    );
    const one = fc.oneof(
      asked.map((token): Filter => ({ token })),
      asked.map((token): Filter => ({ $not: { token } })),
    );

    await fc.assert(
      fc.asyncProperty(one, condition, (token, more) => agrees({ ...more, ...token })),
      RUNS,
    );
  });

  const agrees = async (filter: Filter) => {
    const expected = shelf.filter((key) => matches(filter, key));

    expect(await current().service.listApiKeys(filter)).toEqual(expected);
  };
});
