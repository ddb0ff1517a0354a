// Filters of a size that a network caller can send.

import { expectFailure } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { type OurService, PUBLISHABLE } from "../support/service";

const LIMIT = 500;

const PATTERNS = 100;

const LONGEST = 1_024;

/** As many words as a search may have. */
const WORDS = "apk ".repeat(PATTERNS / 2);

const ids = (count: number) => Array.from({ length: count }, (_, index) => `apk_${index}`);

const branches = (count: number) => ids(count).map((title) => ({ title }));

describeOurs("A filter", (current) => {
  beforeEach(() => current().service.createApiKeys(ids(3).map((id) => ({ ...PUBLISHABLE, id, title: id }))));

  const deep = (levels: number) =>
    Array.from({ length: levels }).reduce<object>((filter) => ({ $not: filter }), { id: "apk_1" });

  it.each<[string, object, RegExp]>([
    ["30,000 branches of $or", { $or: branches(30_000) }, /500 conditions/],
    ["30,000 branches of $and", { $and: branches(30_000) }, /500 conditions/],
    ["30,000 branches below $not", { $not: { $or: branches(30_000) } }, /500 conditions/],
    ["20,000 words of q", { q: "a ".repeat(20_000) }, /500 conditions|property ApiKey\.q/],
    ["8,000 words of $fulltext", { title: { $fulltext: "a ".repeat(8_000) } }, /500 conditions/],
    ["8,000 words of $fulltext without a space", { title: { $fulltext: "a.".repeat(8_000) } }, /500 conditions/],
    ["one condition above the limit", { $or: branches(LIMIT + 1) }, /500 conditions/],
    ["20,000 levels", deep(20_000), /deep/],
  ])("of %s is rejected, and the next call succeeds (A21)", async (_, filter, message) => {
    const { service } = current();
    const before = await current().table();

    await expectFailure(service.listApiKeys(filter), "invalid_data", message);
    await expectFailure(service.listAndCountApiKeys(filter), "invalid_data", message);
    await expectFailure(service.updateApiKeys(filter, { title: "New" }), "invalid_data", message);
    await expectFailure(service.revoke(filter, { revoked_by: "user_1" }), "invalid_data", message);
    await expectFailure(service.softDeleteApiKeys(filter), "invalid_data", message);
    await expectFailure(service.restoreApiKeys(filter), "invalid_data", message);
    expect(await service.listApiKeys()).toHaveLength(3);
    expect(await current().table()).toEqual(before);
  });

  it("combined from too many selectors is rejected", async () => {
    const before = await current().table();

    await expectFailure(current().service.softDeleteApiKeys(branches(30_000)), "invalid_data", /500 conditions/);
    await expectFailure(current().service.restoreApiKeys(branches(30_000)), "invalid_data", /500 conditions/);
    expect(await current().table()).toEqual(before);
  });

  it.each<[string, (service: OurService) => Promise<unknown>]>([
    ["selectors to hide", (service) => service.softDeleteApiKeys([{ $or: branches(LIMIT) }, { $or: branches(LIMIT) }])],
    ["selectors to show", (service) => service.restoreApiKeys([{ $or: branches(LIMIT) }, { $and: branches(LIMIT) }])],
    ["groups of a filter", (service) => service.listApiKeys({ $or: branches(LIMIT), $and: branches(LIMIT) })],
    ["a filter and its search", (service) => service.listAndCountApiKeys({ $or: branches(LIMIT), q: WORDS })],
    [
      "a filter and the search of a config",
      (service) =>
        service.listAndCountApiKeys(
          { $or: branches(LIMIT) },
          { filters: { freeTextSearch_ApiKey: { value: WORDS, fromEntity: "ApiKey" } } },
        ),
    ],
  ])(`of ${LIMIT} and ${LIMIT} conditions, two %s, is rejected as a whole (A21)`, async (_, call) => {
    const before = await current().table();

    await expectFailure(call(current().service), "invalid_data", /500 conditions/);
    expect(await current().table()).toEqual(before);
    expect(await current().service.listApiKeys()).toHaveLength(3);
  });

  const mixed = Array.from({ length: 20 }).reduce<object>((filter) => ({ $not: { $or: [filter, { title: "x" }] } }), {
    $or: branches(LIMIT - 20),
  });

  it.each<[string, object, number]>([
    ["branches of $or", { $or: branches(LIMIT) }, 3],
    ["branches of $and", { $and: Array.from({ length: LIMIT }, () => ({ created_by: PUBLISHABLE.created_by })) }, 3],
    ["branches below $not", { $not: { $or: branches(LIMIT) } }, 0],
    ["conditions in 60 levels", mixed, 3],
  ])(`of ${LIMIT} %s is accepted`, async (_, filter, count) => {
    expect(await current().service.listApiKeys(filter)).toHaveLength(count);
    expect((await current().service.listAndCountApiKeys(filter, { take: 1 }))[1]).toBe(count);
    expect(await current().service.updateApiKeys(filter, { title: "New" })).toHaveLength(count);
  });

  const patterns = (count: number, pattern: object) => ({
    $or: Array.from({ length: count }, () => ({ id: pattern })),
  });

  it.each<[string, object]>([
    ["words of q, two patterns each", { q: WORDS }],
    ["words of $fulltext", { created_by: { $fulltext: "user_1 ".repeat(PATTERNS / 2) } }],
    ["$like", patterns(PATTERNS, { $like: "apk%" })],
    ["$ilike", patterns(PATTERNS, { $ilike: "APK%" })],
    ["$re", patterns(PATTERNS, { $re: "^apk_[0-9]$" })],
    ["a RegExp", { id: /^apk_\d$/ }],
    ["a long $like", { id: { $like: `apk${"%".repeat(LONGEST - 3)}` } }],
    ["a long $re", { id: { $re: `^apk.${" ?".repeat(LONGEST / 2 - 3)}` } }],
    ["a long $ilike below $not", { $not: { title: { $ilike: "x".repeat(LONGEST) } } }],
  ])(`with patterns up to the limits is accepted: %s`, async (_, filter) => {
    expect(await current().service.listApiKeys(filter)).toHaveLength(3);
    expect((await current().service.listAndCountApiKeys(filter, { take: 1 }))[1]).toBe(3);
  });

  const MEGABYTE = "x".repeat(1_000_000);

  it.each<[string, object, RegExp]>([
    ["101 patterns", patterns(PATTERNS + 1, { $like: "a" }), /at most 100 patterns/],
    ["101 patterns below $not", { $not: patterns(PATTERNS + 1, { $re: "a" }) }, /at most 100 patterns/],
    ["51 words of q", { q: `${WORDS} a` }, /at most 100 patterns/],
    ["101 words of $fulltext", { title: { $fulltext: "a ".repeat(PATTERNS + 1) } }, /at most 100 patterns/],
    [
      "a $like that is one byte above the limit",
      { title: { $like: "x".repeat(LONGEST + 1) } },
      /1025 bytes long.* 1024/,
    ],
    ["a megabyte of $like", { title: { $like: MEGABYTE } }, /1000000 bytes long.* 1024/],
    ["a megabyte of $ilike", { $or: [{ id: "a" }, { title: { $ilike: MEGABYTE } }] }, /1000000 bytes long/],
    ["a megabyte of $re", { title: { $re: MEGABYTE } }, /1000000 bytes long/],
    ["a megabyte of a RegExp", { title: new RegExp(MEGABYTE) }, /1000000 bytes long/],
    ["a megabyte of $fulltext", { title: { $fulltext: MEGABYTE } }, /1000000 bytes long/],
  ])("with %s is rejected by every method (A21)", async (_, filter, message) => {
    const { service } = current();

    await expectFailure(service.listApiKeys(filter), "invalid_data", message);
    await expectFailure(service.listAndCountApiKeys(filter), "invalid_data", message);
    if ("q" in filter) return;
    await expectFailure(service.updateApiKeys(filter, { title: "New" }), "invalid_data", message);
    await expectFailure(service.revoke(filter, { revoked_by: "user_1" }), "invalid_data", message);
    await expectFailure(service.softDeleteApiKeys(filter), "invalid_data", message);
    await expectFailure(service.restoreApiKeys(filter), "invalid_data", message);
  });

  it("with a megabyte of q is rejected in a filter and in a config (A21)", async () => {
    const search = { filters: { freeTextSearch_ApiKey: { value: MEGABYTE, fromEntity: "ApiKey" } } };

    await expectFailure(current().service.listApiKeys({ q: MEGABYTE }), "invalid_data", /1000000 bytes long/);
    await expectFailure(current().service.listApiKeys({}, search), "invalid_data", /1000000 bytes long/);
    await expectFailure(current().service.retrieveApiKey("apk_1", search), "invalid_data", /1000000 bytes long/);
  });
});
