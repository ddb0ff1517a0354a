// Random histories.

import fc from "fast-check";
import type { History, Method, Operation } from "../operation";
import { config, configOfOne, context, linkable } from "./configs";
import { asked, filters, selector } from "./filters";
import { CHOSEN_IDS, id, known, moment, person, title, wait, weighted, wrong } from "./values";

/** How many calls a history has. */
export const OPERATIONS = 30;

// Each derivation of a secret costs both sides some 30 ms.
const type = weighted<unknown>([90, fc.constant("publishable")], [9, fc.constant("secret")]);

const wrongText = (name: string) =>
  weighted<unknown>(
    [7, wrong("S18", name, 5, true, {}, ["a"], Number.NaN, "a\0b", new Date(0))],
    [1, wrong("A4", name, "\ud800", "a\udfffb")],
  );
const wrongMoment = (name: string) =>
  weighted<unknown>(
    [4, wrong("S18", name, "garbage", new Date(Number.NaN), true, {})],
    [1, wrong("A7", name, "Jan 1 2030", "2030")],
  );
const column = (value: fc.Arbitrary<unknown>, refused: fc.Arbitrary<unknown>) =>
  weighted<unknown>([40, value], [1, refused]);
const maybe = (value: fc.Arbitrary<unknown>) => weighted<unknown>([8, value], [1, fc.constantFrom(null, undefined)]);
const date = (name: string) =>
  column(maybe(weighted<unknown>([6, moment], [1, fc.constant(1_893_456_000_000)])), wrongMoment(name));

const required = {
  title: column(weighted<unknown>([60, title], [1, fc.constantFrom(null, undefined)]), wrongText("title")),
  type: column(
    weighted<unknown>([60, type], [1, fc.constantFrom(null, undefined)]),
    wrong("S18", "type", "", "SECRET", "private", 5),
  ),
  created_by: column(weighted<unknown>([60, person], [1, fc.constantFrom(null, undefined)]), wrongText("created_by")),
};

const nearMiss = (name: string) => weighted<unknown>([1, fc.constant(undefined)], [1, wrong("S22", name, 60, null)]);

const optional = {
  ...{ revoked_at: date("revoked_at"), revoked_by: column(maybe(person), wrongText("revoked_by")) },
  ...{ created_at: date("created_at"), updated_at: date("updated_at") },
  ...{ deleted_at: date("deleted_at"), last_used_at: date("last_used_at") },
  expires_in: weighted<unknown>([4, fc.constantFrom(60, 1e6)], [1, wrong("S11", "expires_in", -1, "60")]),
  ...{
    labels: fc.constant({ a: 1 }),
    token: fc.constant("mine"),
    salt: fc.constant("mine"),
    redacted: fc.constant("mine"),
  },
  expires_at: nearMiss("expires_at"),
  permissions: nearMiss("permissions"),
};

const extras = fc
  .array(
    fc.constantFrom(...Object.entries(optional)).chain(([name, value]) => value.map((one) => ({ [name]: one }))),
    { maxLength: 3 },
  )
  .map((all) => Object.assign({}, ...all) as object);

const fresh = weighted<object>(
  [3, fc.record(required)],
  [2, fc.tuple(fc.record(required), extras).map(([must, may]) => ({ ...must, ...may }))],
  [0.1, fc.record(required, { requiredKeys: [] })],
);

const withId = fc
  .tuple(
    weighted<unknown>([6, fc.constantFrom(...CHOSEN_IDS)], [1, known("id")], [1, fc.constantFrom("", null, undefined)]),
    fresh,
  )
  .map(([chosen, one]) => ({ id: chosen, ...one }));

const created = weighted<object>([6, fresh], [4, withId]);
const retitled = fc
  .tuple(id, column(title, wrong("S18", "title", 5, {}, "a\0b")))
  .map(([whose, what]) => ({ id: whose, title: what, type: "publishable", created_by: "user_1" }));

const oneOrMany = (one: fc.Arbitrary<unknown>) =>
  weighted<unknown>(
    [25, one],
    [25, fc.array(one, { maxLength: 4 })],
    [0.5, wrong("S18", "data", undefined, null, [null], "title", 5, true, [["title"]], new Date(0))],
  );

const crowd = fc
  .record({ title, type: fc.constant("publishable"), created_by: person })
  .map((one) => Array(101).fill(one) as object[]);

const target = weighted<unknown>(
  [6, id],
  [4, filters],
  [0.3, fc.constantFrom({ id: undefined }, { title: undefined, id: undefined }, { id: {} })],
  [0.3, wrong("S10", "id", undefined, null, 5, true, ["apk_a"])],
  [0.1, fc.constant([])],
);

const titleData = weighted<unknown>(
  [12, title.map((value) => ({ title: value }))],
  [2, title.map((value) => ({ title: value, type: "secret", created_by: "nobody", revoked_at: null }))],
  [0.5, fc.constantFrom({}, undefined, null, { title: undefined }, { title: null })],
  [0.5, fc.tuple(title, id).map(([value, other]) => ({ title: value, id: other }))],
  [0.5, fc.tuple(title, nearMiss("ttl")).map(([value, ttl]) => ({ title: value, ttl }))],
  [0.5, wrong("S18", "title", 5, {}, "a\0b").map((value) => ({ title: value }))],
);

const revokeData = weighted<unknown>(
  [8, fc.record({ revoked_by: fc.constantFrom("user_1", "user_2") })],
  [
    6,
    fc.record({
      revoked_by: fc.constantFrom("user_1", "user_2"),
      revoke_in: fc.constantFrom(0, 1, 60, 86_400, 1e9, null, undefined),
    }),
  ],
  [0.5, fc.constantFrom({}, { revoked_by: "" }, { revoked_by: null, revoke_in: 5 }, null)],
  [0.5, fc.constantFrom(0.5, 1.9).map((revoke_in) => ({ revoked_by: "user_1", revoke_in }))],
  [0.5, id.map((other) => ({ revoked_by: "user_1", id: other }))],
  [
    0.5,
    wrong("S11", "revoke_in", -1, Number.NaN, "60", [60], true, {}, 1e12, Number.POSITIVE_INFINITY).map(
      (revoke_in) => ({ revoked_by: "user_1", revoke_in }),
    ),
  ],
  [0.5, wrong("S18", "revoked_by", 5, {}, "a\0b").map((revoked_by) => ({ revoked_by }))],
  [0.5, nearMiss("revokeIn").map((revokeIn) => ({ revoked_by: "user_1", revokeIn }))],
  [0.3, fc.constant(undefined)],
);

const deleted = weighted<unknown>(
  [5, id],
  [5, fc.array(weighted<unknown>([8, id], [1, fc.constant(null)]), { maxLength: 4 })],
  [0.4, wrong("S2", "id", undefined, [undefined], [{}], [{ title: "alpha" }], [["apk_a"]], { id: "apk_a" }, 5)],
);

const hidden = weighted<unknown>(
  [6, id],
  [3, fc.array(weighted<unknown>([6, id], [2, selector], [1, fc.constantFrom(undefined, "")]), { maxLength: 3 })],
  [3, selector],
  [0.3, fc.constantFrom({ id: undefined }, undefined, null)],
);

const presented = weighted<unknown>(
  [8, known("token")],
  [2, known("forged")],
  [1, fc.constantFrom("", "sk_", "sk_unknown", " ", "ünï", `sk_${"0".repeat(64)}`)],
  [1, fc.constantFrom<unknown>(undefined, null, 5, true, {}, ["a"], "\0", "sk_\0", new Date(0))],
);

const METHODS: [number, Method, fc.Arbitrary<unknown>[]][] = [
  [20, "createApiKeys", [oneOrMany(created)]],
  [1, "create", [oneOrMany(created)]],
  [0.1, "createApiKeys", [crowd]],
  [8, "upsertApiKeys", [oneOrMany(weighted([1, fresh], [2, retitled]))]],
  [10, "updateApiKeys", [target, titleData]],
  [7, "retrieveApiKey", [weighted<unknown>([9, id], [1, fc.constantFrom(undefined, null, 5, {}, [])]), configOfOne]],
  [18, "listApiKeys", [asked, config]],
  [1, "list", [asked, config]],
  [7, "listAndCountApiKeys", [asked, config]],
  [10, "revoke", [target, revokeData]],
  [7, "deleteApiKeys", [deleted]],
  [5, "softDeleteApiKeys", [hidden, linkable]],
  [5, "restoreApiKeys", [hidden, linkable]],
  [7, "authenticate", [presented]],
  [1, "rollApiKeys", [id, revokeData]],
];

const operation: fc.Arbitrary<Operation> = weighted(
  ...METHODS.map(([weight, method, args]): [number, fc.Arbitrary<Operation>] => [
    weight,
    fc.record({ method: fc.constant(method), args: fc.tuple(...args, context), wait }),
  ]),
);

// Practically never null by itself: that is what shrinking tries first for each call.
const step = fc.option(operation, { freq: 1_000_000 });

/** Histories of OPERATIONS calls. */
export const history: fc.Arbitrary<History> = fc.record({
  entropy: fc.integer({ min: 0 }),
  steps: fc.tuple(...Array<typeof step>(OPERATIONS).fill(step)),
});
