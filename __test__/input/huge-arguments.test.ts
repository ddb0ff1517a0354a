// Arguments of a few bytes whose JSON would be gigabytes, which would block the event loop for minutes.

import { expectFailure } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { openService } from "../support/ours";
import { type OurService, PUBLISHABLE, SECRET, untyped } from "../support/service";

const HUGE = untyped(new Array(1_000_000_000));
const EMPTY_ELEMENTS = /more than 1,000 empty elements|more than 10,000,000 values/;

/** A list that contains one other list twice, and so on: 2^40 values. */
const REPEATED = untyped(Array.from({ length: 40 }).reduce((inner) => [inner, inner], "a"));

describeOurs(
  "An argument",
  (current) => {
    const calls: Record<string, (argument: never) => Promise<unknown>> = {
      createApiKeys: (keys) => current().service.createApiKeys(keys),
      "createApiKeys with scopes": (scopes) => current().service.createApiKeys({ ...SECRET, scopes }),
      upsertApiKeys: (keys) => current().service.upsertApiKeys(keys),
      "upsertApiKeys with scopes": (scopes) => current().service.upsertApiKeys({ id: "apk_1", scopes }),
      ensureApiKeys: (keys) => current().service.ensureApiKeys(keys),
      importApiKeys: (keys) => current().service.importApiKeys(keys),
      updateApiKeys: (id) => current().service.updateApiKeys({ id }, { title: "New" }),
      "updateApiKeys with metadata": (list) => current().service.updateApiKeys("apk_1", { metadata: { list } }),
      revoke: (id) => current().service.revoke({ id }, { revoked_by: "user_1" }),
      "revoke with data": (data) => current().service.revoke("apk_1", { revoked_by: data }),
      rollApiKeys: (data) => current().service.rollApiKeys("apk_1", { revoked_by: data }),
      softDeleteApiKeys: (targets) => current().service.softDeleteApiKeys(targets),
      restoreApiKeys: (targets) => current().service.restoreApiKeys(targets),
      deleteApiKeys: (ids) => current().service.deleteApiKeys(ids),
      retrieveApiKey: (select) => current().service.retrieveApiKey("apk_1", { select }),
      listApiKeys: (id) => current().service.listApiKeys({ id }),
      "listApiKeys with select": (select) => current().service.listApiKeys({}, { select }),
      "listApiKeys of a token": (relations) =>
        current().service.listApiKeys({ token: "pk_1", type: "publishable" }, { relations }),
      listAndCountApiKeys: (id) => current().service.listAndCountApiKeys({ $or: [{ id }] }),
      verify: (scopes) => current().service.verify(`sk_${"0".repeat(64)}`, { scopes }),
      redeem: (purpose) => current().service.redeem(`sk_${"0".repeat(64)}`, { purpose }),
      revokeToken: (by) => current().service.revokeToken(`sk_${"0".repeat(64)}`, { revoked_by: by }),
      prune: (endedBefore) => current().service.prune({ endedBefore }),
    };

    it.each(Object.keys(calls))(
      "of %s that is a huge array without elements is rejected at once (A6)",
      async (name) => {
        const began = performance.now();
        await expectFailure(calls[name]?.(HUGE) as Promise<unknown>, "invalid_data", EMPTY_ELEMENTS);
        expect(performance.now() - began).toBeLessThan(1_000);
      },
    );

    it("with a huge array does not keep others waiting if only its members are read", async () => {
      const { id } = await current().service.createApiKeys(PUBLISHABLE);
      const began = performance.now();
      await current().service.softDeleteApiKeys(id, { returnLinkableKeys: HUGE });
      expect(performance.now() - began).toBeLessThan(1_000);
    });

    it("may have a few empty elements, which mean the same as undefined ones", async () => {
      const { id } = await current().service.createApiKeys(PUBLISHABLE);
      const [sparse, dense] = [Object.assign(new Array(900), { 1: id }), new Array(900).fill(undefined).with(1, id)];
      const outcomes = await Promise.allSettled(
        [sparse, dense].map((ids) => current().service.listApiKeys({ id: ids })),
      );
      const [of, as] = outcomes.map((outcome) => JSON.stringify(outcome));
      expect(of).toBe(as);
    });

    it("of verify with scopes that are longer than that together is rejected (A6)", async () => {
      const scopes = new Array(3).fill("a".repeat(2 ** 28 - 1));
      const { token } = await current().service.createApiKeys(SECRET);
      await current().service.authenticate(token);
      await expectFailure(current().service.verify(token, { scopes }), "invalid_data", /268,435,456/);
    });

    it("that is an option is rejected, too", () => {
      expect(() => openService(current().url, { hashKeys: HUGE })).toThrow(/10,000,000 values/);
    });
  },
  { hashing: "sha256" },
);

// Encoding is the same for both databases, and takes seconds.
describe("An argument of huge size", () => {
  let service: OurService;
  beforeAll(() => {
    service = openService("sqlite::memory:");
  });
  afterAll(() => service.close());

  it("that repeats a list is rejected after 10,000,000 values (A6)", async () => {
    await expectFailure(service.listApiKeys({ id: REPEATED }), "invalid_data", /10,000,000 values/);
  }, 60_000);

  it("with strings that are longer than the engine's longest one is rejected (A6)", async () => {
    const title = "a".repeat(2 ** 28 + 1);
    await expectFailure(service.createApiKeys({ ...PUBLISHABLE, title }), "invalid_data", /268,435,456/);
    const escaped = "\u0001".repeat(2 ** 27);
    await expectFailure(service.createApiKeys({ ...PUBLISHABLE, title: escaped }), "invalid_data", /268,435,456/);
  });
});
