// The filter language, and what it refuses.

import fc from "fast-check";
import { CHOSEN_IDS, id, known, moment, PEOPLE, person, TITLES, TYPES, title, weighted, wrong } from "./values";

const PATTERNS = ["%", "", "al%", "Al%", "%a", "_lpha", "%\\%%", "%e\\_c%", "BETA%", "%o%", "%\\\\%", "%'%", "%ü%"];
const EXPRESSIONS = ["^beta", "a$", "o(n|w)", "[0-9]+", ".", "x*", "A", "^$", "s.q", "\\d", "\\s"];
// Stock takes expressions without brackets for LIKE patterns: the ones here mean the same as both.
const REGEXPS = [/^beta/, /^BETA/i, /alpha/, /ALPHA/i, /(one|two)$/, /^$/, /[0-9]+%/, /b.*o$/, /ü/];
const WORDS = ["beta", "Beta one", "wool", "one two", "quoted", "", "100"];
const SEARCHES = [
  "alpha",
  "ALPH",
  "two beta",
  " beta \t one\n",
  "\ufeffbeta\u3000one",
  "beta\u0085one",
  "pk_",
  "***",
  "it's",
  "",
  "  ",
  "ünï",
  "%",
  "e_c",
  "\\",
  "0%",
];

type Operands = fc.Arbitrary<unknown>;

const orNull = (values: Operands) => weighted<unknown>([12, values], [1, fc.constant(null)]);
const list = (values: Operands) => fc.array(orNull(values), { maxLength: 3 });

const comparisons = (values: Operands) => ({
  ...{ $eq: orNull(values), $ne: orNull(values), $in: list(values), $nin: list(values) },
  ...{ $gt: orNull(values), $gte: orNull(values), $lt: orNull(values), $lte: orNull(values) },
  $exists: fc.boolean(),
});

const patterns = {
  ...{ $like: orNull(fc.constantFrom(...PATTERNS)), $ilike: orNull(fc.constantFrom(...PATTERNS)) },
  ...{ $re: orNull(fc.constantFrom(...EXPRESSIONS)), $fulltext: orNull(fc.constantFrom(...WORDS)) },
};

const operators = (arbitraries: Record<string, Operands>) =>
  weighted<unknown>(
    [
      8,
      fc
        .constantFrom(...Object.entries(arbitraries))
        .chain(([name, operand]) => operand.map((value) => ({ [name]: value }))),
    ],
    [2, fc.record(arbitraries, { requiredKeys: [] }).map((all) => Object.fromEntries(Object.entries(all).slice(0, 3)))],
  );

const column = (name: string, values: Operands, more: Record<string, Operands>, refused: Operands) =>
  weighted<unknown>(
    [8, orNull(values)],
    [4, list(values)],
    [10, operators({ ...comparisons(values), ...more })],
    [1, fc.constantFrom(undefined, {}, { $eq: undefined }, { gte: undefined }, { $foo: undefined })],
    [0.4, refused],
  ).map((value) => ({ [name]: value }));

const text = (name: string, values: Operands) =>
  column(
    name,
    values,
    patterns,
    weighted<unknown>(
      [2, wrong("S18", name, 5, true, Number.NaN, "a\0b", { $eq: 5 }, { $gt: 1 }, { $in: [1] }, { $like: 5 })],
      [1, wrong("A8", "$in", { $in: "alpha" }, { $in: null })],
      [1, wrong("A8", name, { $eq: ["alpha", "Beta"] }, { $ne: ["alpha", "Beta"] })],
      [1, wrong("S18", name, { $not: { $eq: "alpha" } })],
      [1, wrong("A9", name, { $overlap: ["a"] }, { $contains: ["a"] }, { $hasKey: "a" }, { $some: {} }, { $none: {} })],
      [1, wrong("A4", name, "\ud800", { $ne: "a\udfff" }, { $in: ["alpha", "\ud83d"] })],
      [1, wrong("S18", "group operators", { $and: [{ $eq: "alpha" }] }, { $or: [{ $eq: "alpha" }] })],
      [1, fc.constantFrom({ $foo: 1 }, { foo: "alpha" })],
    ),
  );

const regexps = fc.constantFrom(...REGEXPS).map((value) => ({ title: value }));

const time = (name: string) =>
  column(
    name,
    moment,
    {},
    weighted<unknown>(
      [3, wrong("S18", name, 5, true, "garbage", "", new Date(Number.NaN), { $like: "2030%" })],
      [1, wrong("A7", name, "now", "infinity", { $gt: "-infinity" }, { $lte: "tomorrow" }, "Jan 1 2030")],
    ),
  );

const token = weighted<unknown>(
  [4, fc.oneof(known("token"), fc.constant("pk_unknown")).map((value) => ({ token: value }))],
  [2, list(known("token")).map((values) => ({ token: { $in: values } }))],
  [
    0.5,
    wrong(
      "S5",
      "token",
      { $like: "pk%" },
      { $ne: "a" },
      { $nin: ["a"] },
      { $gt: "" },
      { $re: "." },
      { $exists: true },
    ).map((value) => ({ token: value })),
  ],
  [0.5, wrong("S5", "salt", "", { $like: "%" }, ["a"], null).map((value) => ({ salt: value }))],
);

const onTop = fc
  .uniqueArray(fc.constantFrom("$eq", "$ne", "$gt", "$lte", "id"), { minLength: 1, maxLength: 3 })
  .chain((names) => fc.record(Object.fromEntries(names.map((name) => [name, id]))));

const condition = weighted<unknown>(
  [5, text("id", weighted<unknown>([4, id], [1, fc.constantFrom(...CHOSEN_IDS)]))],
  [4, text("title", title)],
  [3, text("type", fc.constantFrom(...TYPES, "private"))],
  [2, text("created_by", person)],
  [2, text("revoked_by", fc.constantFrom(...PEOPLE))],
  [1, text("redacted", known("redacted"))],
  [2, time("revoked_at")],
  [2, time("created_at")],
  [1, fc.constantFrom("updated_at", "deleted_at", "last_used_at").chain(time)],
  [1, token],
  [1, regexps],
  [0.2, fc.constantFrom({ nope: 1 }, { nope: undefined }, { labels: { a: 1 } })],
);

const conditions = fc
  .array(condition, { minLength: 1, maxLength: 2 })
  .map((all) => Object.assign({}, ...all) as object);

const { tree } = fc.letrec<{ tree: object }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    { weight: 6, arbitrary: conditions },
    { weight: 1, arbitrary: fc.array(tie("tree"), { maxLength: 3 }).map(($and) => ({ $and })) },
    { weight: 1, arbitrary: fc.array(tie("tree"), { maxLength: 3 }).map(($or) => ({ $or })) },
    { weight: 1, arbitrary: tie("tree").map(($not) => ({ $not })) },
    { weight: 1, arbitrary: fc.tuple(conditions, tie("tree")).map(([and, or]) => ({ ...and, $or: [or, {}] })) },
  ),
}));

/** Filters of every kind but searches. */
export const selector: fc.Arbitrary<object> = weighted<object>(
  [2, id.map((value) => ({ id: value }))],
  [1, fc.array(id, { maxLength: 3 }).map((value) => ({ id: value }))],
  [5, tree],
  // Deeper down stock takes the operators for columns, and fails.
  [0.5, onTop],
  [1, fc.constant({})],
);

/** A free-text search. */
export const search = weighted<unknown>(
  [4, fc.constantFrom<unknown>(...SEARCHES, ...TITLES)],
  [1, known("redacted")],
  [0.2, fc.constantFrom(null, undefined, 0, false)],
  [0.2, wrong("S18", "q", 5, true, {}, ["a"], "a\0b")],
);

/** Filters of reads and of selectors that are read first. */
export const filters: fc.Arbitrary<unknown> = weighted<unknown>(
  [8, selector],
  [2, fc.tuple(selector, search).map(([filter, q]) => ({ ...filter, q }))],
  [1, search.map((q) => ({ q }))],
);

/** First arguments of reads: filters, and what stock takes for none. */
export const asked = weighted<unknown>(
  [20, filters],
  [1, fc.constantFrom<unknown>(undefined, [], "", 5, true, new Date(0), () => undefined)],
  [0.3, wrong("S18", "filters", null)],
  [0.3, wrong("S18", "not existing property", "abc", ["apk_a"])],
);
