// The exact shape of what comes back, on stock and on this package alike.

import { failureOf } from "../support/failures";
import { describeEverywhere, type Implementation } from "../support/implementations";
import { type ApiKey, PUBLISHABLE, SECRET } from "../support/service";
import { stopClock } from "../support/time";

const NOW = new Date("2030-06-07T06:07:08.009Z");
const BY = { revoked_by: "user_2" };

type Current = () => Implementation;

/** Every call that answers keys and is no creation, by its method; each of `apk_2`, a publishable key. */
const ANSWERS: [method: string, call: (current: Current) => Promise<ApiKey | ApiKey[]>, isArray: boolean][] = [
  ["retrieveApiKey", (current) => current().service.retrieveApiKey("apk_2"), false],
  ["listApiKeys", (current) => current().service.listApiKeys({ id: "apk_2" }), true],
  ["listAndCountApiKeys", async (current) => (await current().service.listAndCountApiKeys({ id: "apk_2" }))[0], true],
  ["updateApiKeys of an id", (current) => current().service.updateApiKeys("apk_2", { title: "New" }), false],
  ["updateApiKeys of a selector", (current) => current().service.updateApiKeys({ id: "apk_2" }, { title: "N" }), true],
  ["upsertApiKeys of an object", (current) => current().service.upsertApiKeys({ id: "apk_2", title: "New" }), false],
  ["upsertApiKeys of an array", (current) => current().service.upsertApiKeys([{ id: "apk_2", title: "New" }]), true],
  ["revoke of an id", (current) => current().service.revoke("apk_2", BY), false],
  ["revoke of a selector", (current) => current().service.revoke({ id: ["apk_2"] }, BY), true],
];

const create = (current: Current) =>
  current().service.createApiKeys(["apk_3", "apk_2", "apk_1"].map((id) => ({ ...PUBLISHABLE, id })));

const only = (answer: ApiKey | ApiKey[]): ApiKey => [answer].flat()[0] as ApiKey;

describeEverywhere("A key returned by", (current) => {
  beforeEach(async () => {
    stopClock(NOW);
    await create(current);
  });
  afterEach(() => jest.useRealTimers());

  it.each(ANSWERS)("%s has its own properties in the table's order", async (method, call, isArray) => {
    const answer = await call(current);

    expect(Array.isArray(answer)).toBe(isArray);
    expect([answer].flat()).toHaveLength(1);
    // Stock's upsert shows the salt (S4).
    const shown = Object.keys(only(answer)).filter((name) => name !== "salt" || !method.startsWith("upsert"));
    expect(shown).toEqual(current().columns);
  });

  it.each(ANSWERS)("%s is a mutable plain object of the caller's realm", async (_, call) => {
    const key = only(await call(current));

    expect(Object.getPrototypeOf(key)).toBe(Object.prototype);
    expect(Object.getOwnPropertySymbols(key)).toEqual([]);
    for (const descriptor of Object.values(Object.getOwnPropertyDescriptors(key))) {
      expect(descriptor).toMatchObject({ configurable: true, enumerable: true, writable: true });
    }
  });

  it.each(ANSWERS)("%s has null for events that have not happened and Dates with milliseconds", async (_, call) => {
    const { created_at, updated_at, revoked_at, last_used_at, deleted_at } = only(await call(current));

    expect([last_used_at, deleted_at]).toStrictEqual([null, null]);
    for (const date of [created_at, updated_at, ...(revoked_at === null ? [] : [revoked_at])]) {
      expect(date).toBeInstanceOf(Date);
      expect(date).toEqual(NOW);
    }
  });
});

describeEverywhere("A stored time", (current) => {
  it("is truncated, not rounded, to milliseconds", async () => {
    await create(current);
    await current().sql("UPDATE api_key SET created_at = '2030-06-07T06:07:08.009999Z' WHERE id = 'apk_1'");

    expect((await current().service.retrieveApiKey("apk_1")).created_at).toEqual(NOW);
  });
});

describeEverywhere("A key returned by createApiKeys", (current) => {
  it("has its own undefined salt property, alone or in an array, for both types", async () => {
    const { service } = current();
    for (const key of [
      await service.createApiKeys(SECRET),
      await service.createApiKeys(PUBLISHABLE),
      ...(await service.createApiKeys([SECRET, PUBLISHABLE])),
    ]) {
      expect(Object.keys(key)).toEqual(["id", "token", "salt", ...current().columns.slice(2)]);
      expect(Object.getOwnPropertyDescriptor(key, "salt")).toEqual({
        ...{ value: undefined, configurable: true, enumerable: true, writable: true },
      });
      expect(JSON.parse(JSON.stringify(key))).not.toHaveProperty("salt");
    }
  });

  it("has null for members that were undefined, null or absent", async () => {
    const { service } = current();
    for (const nothing of [
      {},
      { revoked_at: undefined, revoked_by: undefined },
      { revoked_at: null, revoked_by: null },
    ]) {
      expect(await service.createApiKeys({ ...PUBLISHABLE, ...nothing })).toMatchObject({
        ...{ revoked_at: null, revoked_by: null, last_used_at: null, deleted_at: null },
      });
    }
  });
});

describeEverywhere("The key returned by authenticate", (current) => {
  it("has the columns of every other result except token and salt", async () => {
    const { id, token } = await current().service.createApiKeys(SECRET);
    const key = (await current().service.authenticate(token)) as ApiKey;
    const { token: _, salt, ...shown } = key;
    const { token: __, ...expected } = await current().service.retrieveApiKey(id);

    expect(Object.keys(key).filter((name) => name !== "salt")).toEqual(current().columns);
    expect(shown).toStrictEqual(expected);
  });
});

describeEverywhere("The result of a selector", (current) => {
  beforeEach(() => create(current));

  it.each<[string, (selector: object) => Promise<ApiKey[]>]>([
    ["listApiKeys", (selector) => current().service.listApiKeys(selector)],
    ["listAndCountApiKeys", async (selector) => (await current().service.listAndCountApiKeys(selector))[0]],
    ["updateApiKeys", (selector) => current().service.updateApiKeys(selector, { title: "New" })],
    ["revoke", (selector) => current().service.revoke(selector, BY)],
  ])("of %s is ordered by id, regardless of request order and row order", async (_, ask) => {
    await current().service.updateApiKeys("apk_1", { title: "Moved" });
    const keys = await ask({ id: ["apk_2", "apk_3", "apk_1"] });

    expect(keys.map((key) => key.id)).toEqual(["apk_1", "apk_2", "apk_3"]);
  });

  it("is an array for one match, for none and for an empty list", async () => {
    const { service } = current();

    expect(await service.updateApiKeys({ id: "apk_1" }, { title: "New" })).toHaveLength(1);
    expect(await service.updateApiKeys({ id: [] }, { title: "New" })).toEqual([]);
    expect(await service.revoke({ id: [] }, BY)).toEqual([]);
    expect(await service.listAndCountApiKeys({ id: [] })).toStrictEqual([[], 0]);
  });

  it("of softDeleteApiKeys and restoreApiKeys is an object of id arrays in a fixed name order", async () => {
    for (const answer of [
      await current().service.softDeleteApiKeys("apk_1"),
      await current().service.restoreApiKeys("apk_1"),
    ]) {
      expect(Object.entries(answer)).toEqual([
        ["api_key_id", ["apk_1"]],
        ["publishable_key_id", ["apk_1"]],
      ]);
      expect(Object.getPrototypeOf(answer)).toBe(Object.prototype);
    }
  });

  it("of deleteApiKeys is undefined", async () => {
    await current().service.revoke("apk_1", BY);

    expect(await current().service.deleteApiKeys("apk_1")).toBeUndefined();
  });
});

describeEverywhere("An error", (current) => {
  beforeEach(() => create(current));

  it.each<[string, string, (current: Current) => Promise<unknown>]>([
    ["not_found", "ApiKey with id: apk_no was not found", (on) => on().service.retrieveApiKey("apk_no")],
    ["not_found", "apiKey - id must be defined", (on) => on().service.retrieveApiKey(undefined as never)],
    ["not_found", 'ApiKey with id "apk_no" not found', (on) => on().service.updateApiKeys("apk_no", { title: "A" })],
    [
      "not_found",
      'ApiKey with id "apk_no" not found',
      (on) => on().service.upsertApiKeys({ id: "apk_no", title: "A" }),
    ],
    ["not_found", 'ApiKey with id "apk_no" not found', (on) => on().service.revoke("apk_no", BY)],
    ["not_found", 'ApiKey with id "apk - no" not found', (on) => on().service.revoke("apk:no", BY)],
    [
      "not_allowed",
      "Cannot delete api keys that are not revoked - apk_1, apk_3",
      (on) => on().service.deleteApiKeys(["apk_3", "apk_1"]),
    ],
    [
      "invalid_data",
      "You must provide a revoked_by field when revoking a key.",
      (on) => on().service.revoke("apk_1", {}),
    ],
    ["invalid_data", "You must provide an api key id field when revoking a key.", (on) => on().service.revoke("", BY)],
    [
      "invalid_data",
      "There are 1 secret keys that are already revoked.",
      async (on) => {
        const { id } = await on().service.createApiKeys({ ...SECRET, revoked_at: new Date(0) });
        await on().service.revoke(id, BY);
      },
    ],
    [
      "invalid_data",
      "Api key with id: apk_1, already exists.",
      (on) => on().service.createApiKeys({ ...PUBLISHABLE, id: "apk_1" }),
    ],
  ])("of type %s has Medusa's shape and the message: %s (case %#)", async (type, message, call) => {
    const failure = await failureOf(call(current));

    expect(failure).toMatchObject({ name: "Error", type, message, __isMedusaError: true, date: expect.any(Date) });
    expect(Object.keys(failure)).toEqual(["__isMedusaError", "type", "code", "message", "date"]);
    expect(failure).toHaveProperty("code", undefined);
    expect(String(failure)).toBe(`Error: ${message}`);
    expect(JSON.parse(JSON.stringify(failure))).toEqual({
      ...{ __isMedusaError: true, type, message, date: expect.stringMatching(/^\d{4}-.*Z$/) },
    });
  });
});

describeEverywhere("A for…in loop over a service", (current) => {
  it("lists two methods, softDeleteApiKeys and restoreApiKeys", () => {
    const { service } = current();
    const listed: string[] = [];
    for (const name in service) {
      if (typeof service[name as keyof typeof service] === "function") listed.push(name);
    }

    expect(listed.filter((name) => !name.endsWith("_")).sort()).toEqual(["restoreApiKeys", "softDeleteApiKeys"]);
  });
});
