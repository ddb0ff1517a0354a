// Filters on attributes, compared with the same filters in JavaScript.

import fc from "fast-check";
import { expectFailure } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { openService } from "../support/ours";
import { type ApiKey, SECRET, type Service, untyped } from "../support/service";

const TYPES = ["user", "seller", "customer"];
const IDS = ["1", "2", "ü'\"%_"];
const SCOPES = ["a:read", "a:write", "*:read", "b:*"];
const MEMBERS = ["plan", "a.b", "it's", '"quoted"', "n"];
const SCALARS = ["pro", "1", 1, 1.5, 0, true, false, "true", "", null];

const attributes = fc.record(
  {
    scopes: fc.subarray(SCOPES),
    owner: fc.record({ type: fc.constantFrom(...TYPES), id: fc.constantFrom(...IDS) }),
    metadata: fc.dictionary(fc.constantFrom(...MEMBERS), fc.constantFrom(...SCALARS, [1], { x: 1 }), { maxKeys: 3 }),
    allowed_ips: fc.constant(["10.0.0.0/8"]),
    purpose: fc.constantFrom("reset", "login"),
  },
  { requiredKeys: [] },
);

const someOf = (values: string[]) => fc.oneof(fc.constantFrom(...values), fc.subarray(values));
const existence = fc.constantFrom(null, { $exists: true }, { $exists: false });
const condition = fc.oneof(
  fc.record({ owner: fc.oneof(existence, fc.record({ type: someOf(TYPES), id: someOf(IDS) })) }),
  fc.record({ owner: fc.record({ type: someOf(TYPES) }) }),
  fc.record({ owner: fc.record({ id: someOf(IDS) }) }),
  fc.record({
    scopes: fc.oneof(
      existence,
      fc.record({ $contains: fc.oneof(fc.constantFrom(...SCOPES), fc.subarray(SCOPES, { minLength: 1 })) }),
    ),
  }),
  fc.record({ purpose: fc.oneof(existence, someOf(["reset", "login"])) }),
  fc.record({ allowed_ips: existence }),
  fc.record({
    metadata: fc.oneof(
      existence,
      fc.dictionary(fc.constantFrom(...MEMBERS), fc.constantFrom(...SCALARS), { minKeys: 1, maxKeys: 2 }),
    ),
  }),
);
type Filter = Record<string, unknown>;
const { tree } = fc.letrec<{ tree: Filter }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3 },
    condition as fc.Arbitrary<Filter>,
    fc.record({ $and: fc.array(tie("tree"), { minLength: 1, maxLength: 3 }) }),
    fc.record({ $or: fc.array(tie("tree"), { minLength: 1, maxLength: 3 }) }),
    fc.record({ $not: tie("tree") }),
  ),
}));

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

/** Whether a key matches. Every condition on attributes is true or false. */
function matches(filter: Filter, key: ApiKey): boolean {
  return Object.entries(filter).every(([name, value]) => {
    if (name === "$and") return (value as Filter[]).every((branch) => matches(branch, key));
    if (name === "$or") return (value as Filter[]).some((branch) => matches(branch, key));
    if (name === "$not") return !matches(value as Filter, key);
    const own = key[name as "owner"] as unknown;
    if (value === null) return own === undefined;
    const members = value as Filter;
    if ("$exists" in Object(value)) return (own !== undefined) === members.$exists;
    if (name === "purpose") return listOf(value).includes(own);
    if (name === "scopes") {
      return (
        own !== undefined && listOf(members.$contains).every((scope) => (own as string[]).includes(scope as string))
      );
    }
    return Object.entries(members).every(([member, wanted]) => {
      const stored = (own as Filter | undefined)?.[member];
      if (name === "owner") return own !== undefined && listOf(wanted).includes(stored);
      return wanted === null ? stored === undefined || stored === null : stored === wanted;
    });
  });
}

describeOurs("Filters on attributes", (current) => {
  const service = () => current().service as Service;

  it("find the same keys as JavaScript does, for random keys and filters", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(attributes, { minLength: 1, maxLength: 8 }),
        fc.array(tree, { minLength: 8, maxLength: 8 }),
        async (keys, filters) => {
          await current().sql("DELETE FROM api_key");
          // One by one: two keys of one owner and purpose cannot be created at once.
          for (const key of keys) await service().createApiKeys({ ...SECRET, ...key });
          const all = await service().listApiKeys();
          for (const filter of filters) {
            const expected = all.filter((key) => matches(filter, key)).map(({ id }) => id);
            const found = await service().listApiKeys(filter);
            expect({ filter, found: found.map(({ id }) => id) }).toEqual({ filter, found: expected });
          }
        },
      ),
      { numRuns: 40 },
    );
  }, 60_000);

  it("combine with columns, orders and pages, and count", async () => {
    const owner = { type: "seller", id: "1" };
    await service().createApiKeys(["zeta", "alpha", "beta"].map((title) => ({ ...SECRET, title, owner })));
    await service().createApiKeys({ ...SECRET, title: "alpha" });
    const [page, count] = await service().listAndCountApiKeys(
      { owner, type: "secret" },
      { order: { title: "ASC" }, take: 2 },
    );
    expect([page.map(({ title }) => title), count]).toEqual([["alpha", "beta"], 3]);
    expect(await service().listApiKeys({ owner, q: "zeta" })).toMatchObject([{ title: "zeta" }]);
  });

  it("select the keys of a write", async () => {
    const [mine, other] = await service().createApiKeys([
      { ...SECRET, owner: { type: "seller", id: "1" } },
      { ...SECRET, owner: { type: "seller", id: "2" } },
    ]);
    const revoked = await service().revoke({ owner: { type: "seller", id: "1" } }, { revoked_by: "u" });
    expect(revoked.map(({ id }) => id)).toEqual([mine.id]);
    expect(await service().retrieveApiKey(other.id)).toMatchObject({ revoked_at: null });
  });

  it.each([
    { owner: {} },
    { owner: undefined },
    { owner: { type: "seller", id: undefined } },
    { owner: "seller" },
    { owner: { name: "x" } },
    { owner: { $ne: null } },
    { scopes: ["a:read"] },
    { scopes: { $contains: [] } },
    { scopes: { $contains: ["a:read", undefined] } },
    { scopes: { $contains: "everything" } },
    { metadata: {} },
    { metadata: { plan: undefined } },
    { metadata: { plan: ["pro"] } },
    { allowed_ips: ["10.0.0.0/8"] },
    { purpose: { $like: "%" } },
  ])("are rejected if they would match more than meant, case %#: %j", async (filter) => {
    await expectFailure(service().listApiKeys(untyped(filter)), "invalid_data", /ApiKey\.|undefined/);
    await expectFailure(service().revoke(untyped(filter), { revoked_by: "u" }), "invalid_data", /ApiKey\.|undefined/);
  });

  it("never hand a secret token to the database", async () => {
    const { token } = await service().createApiKeys(SECRET);
    for (const filter of [
      { owner: { id: token } },
      { metadata: { [token]: 1 } },
      { metadata: { a: token } },
      { purpose: token },
    ]) {
      await expectFailure(service().listApiKeys(filter), "invalid_data", /looks like a secret token/);
    }
  });

  it("cannot be an order", async () => {
    for (const name of ["owner", "scopes", "metadata", "allowed_ips", "purpose", "attributes"]) {
      await expectFailure(service().listApiKeys({}, { order: { [name]: "ASC" } }), "invalid_data", new RegExp(name));
      await expectFailure(service().listApiKeys({ attributes: null }), "invalid_data", /attributes/);
    }
  });

  it("stay opaque to standalone callers whose variable is missing", async () => {
    const standalone = openService(current().url);
    await expectFailure(standalone.listApiKeys({ owner: undefined }), "invalid_data", /owner/);
    await standalone.close();
  });
});
