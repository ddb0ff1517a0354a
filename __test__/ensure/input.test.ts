// Invalid declarations: rejected with the element and the member, and without the token.

import { randomBytes } from "node:crypto";
import { expectFailure, failureOf, rejectsUnchanged } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { untyped } from "../support/service";
import { WRONG_TEXTS } from "../support/wrong-texts";

const RANDOM = randomBytes(32).toString("hex");
const TOKEN = `sk_${RANDOM}`;
const CI = { title: "CI", type: "secret", created_by: "seed", token: TOKEN };
const WEB = { title: "Web", type: "publishable", created_by: "seed", token: "pk_storefront" };

const WEAK = {
  "an example": "sk_123",
  "a long sequence": "sk_12345678901234567890123456789012345678901234567890",
  "a repeated character": `sk_${"a".repeat(64)}`,
  "a repeated sequence": `sk_${"0123456789abcdef".repeat(4)}`,
  "a token of a test environment": `sk_test_${RANDOM}`,
  words: "sk_this_is_the_secret_key_of_our_shop_for_production",
  "readable text": "sk_the-keys-of-our-shop-are-under-the-mat-by-the-door",
  "a short random token": `sk_${RANDOM.slice(0, 31)}`,
};

describeOurs("ensureApiKeys", (current) => {
  const rejects = rejectsUnchanged(current);
  const ensure = (data: unknown, options?: unknown) => current().service.ensureApiKeys(untyped(data), untyped(options));

  it.each(Object.entries(WEAK))("rejects %s as a secret (M13)", async (_, token) => {
    await rejects(() => ensure({ ...CI, token }), /^element 0: ApiKey\.token can be guessed: .*128 are required/);
  });

  it.each([TOKEN, `sk_${RANDOM.slice(0, 32)}`, `sk_${randomBytes(32).toString("base64url")}`])(
    "accepts a random token of 128 bits or more: %#",
    async (token) => {
      expect(await ensure({ ...CI, token })).toMatchObject({ state: "created" });
    },
  );

  it.each([
    [
      "a secret without its prefix",
      { ...CI, token: RANDOM },
      /element 0: ApiKey\.token of a secret key must begin with sk_$/,
    ],
    ["a secret with a publishable prefix", { ...CI, token: `pk_${RANDOM}` }, /must begin with sk_$/],
    ["a bare prefix", { ...CI, token: "sk_" }, /must begin with sk_$/],
    ["a token that is not ASCII", { ...CI, token: `${TOKEN}ä` }, /512 visible ASCII characters$/],
    ["a token with a space", { ...CI, token: `${TOKEN} ` }, /512 visible ASCII characters$/],
    [
      "a token of 513 bytes",
      { ...CI, token: `sk_${randomBytes(255).toString("hex")}` },
      /512 visible ASCII characters$/,
    ],
    ["a publishable token with a secret prefix", { ...WEB, token: TOKEN }, /must begin with pk_$/],
    ["a short publishable token", { ...WEB, token: "pk_1234" }, /must be 8 to 512 visible ASCII characters$/],
    ["an unknown type", { ...CI, type: "private" }, /ApiKey\.type must be 'publishable' or 'secret'$/],
    ["no title", { ...CI, title: undefined }, /ApiKey\.title is required/],
    ["no token", { ...CI, token: undefined }, /ApiKey\.token is required/],
    ["a negative expires_in", { ...CI, expires_in: -1 }, /expires_in must be a number of seconds/],
    [
      "a string in the place of a key",
      "CI",
      /a key must be an object with title, type, created_by and token, 'string' found$/,
    ],
  ])("rejects %s", async (_, data, message) => {
    await rejects(() => ensure(data), message);
  });

  it.each(WRONG_TEXTS)("rejects %s as a token", async (_, value) => {
    await rejects(() => ensure({ ...CI, token: value }), /^element 0: .*ApiKey\.token/);
  });

  it("names the element that is wrong", async () => {
    await rejects(() => ensure([WEB, { ...CI, token: "sk_123" }]), /^element 1: ApiKey\.token can be guessed/);
  });

  it("rejects a token that appears twice in one call", async () => {
    await rejects(() => ensure([WEB, CI, { ...CI, title: "Other" }]), /^elements 1 and 2 have the same token$/);
  });

  it("rejects an id that appears twice in one call", async () => {
    const twice = [
      { ...CI, id: "apk_1" },
      { ...WEB, id: "apk_1" },
    ];
    await rejects(() => ensure(twice), /^Api key with id: apk_1, already exists\.$/);
  });

  it.each([
    ["expires_at", /did you mean "expires_in", in seconds from now\?$/],
    ["rawToken", /did you mean "token"\?$/],
    ["titel", /did you mean "title"\?$/],
    ["last_used_at", /known members: title, type, created_by, token/],
    ["purpose", /known members: /],
    ["permissions", /did you mean "scopes", an array of strings\?$/],
    ["colour", /known members: /],
  ])("rejects the unknown member %s", async (name, advice) => {
    const failure = await failureOf(ensure({ ...CI, [name]: 5 }));

    expect(failure.message).toMatch(new RegExp(`^element 0: unknown member "${name}" of `));
    expect(failure.message).toMatch(advice);
    expect(await current().table()).toEqual([]);
  });

  it.each([
    [
      "allow_weak",
      { allow_weak: true },
      /^unknown member "allow_weak" of the options of ensureApiKeys; did you mean "allowWeak"\?$/,
    ],
    ["updates", { updates: true }, /did you mean "update"\?$/],
    ["a string for update", { update: "true" }, /^update must be true or false, 'string' found$/],
    ["a list of options", [], /^the options of ensureApiKeys must be an object, 'array' found$/],
  ])("rejects the options with %s", async (_, options, message) => {
    await rejects(() => ensure(CI, options), message);
  });

  it("shows no token in any message", async () => {
    for (const data of [
      { ...CI, type: "publishable" },
      { ...CI, [TOKEN]: 1 },
      [CI, CI],
      { ...CI, token: `${TOKEN} ` },
    ]) {
      expect((await failureOf(ensure(data))).message).not.toContain(RANDOM.slice(0, 16));
    }
  });

  describe("with allowWeak", () => {
    const { NODE_ENV } = process.env;
    afterEach(() => {
      process.env.NODE_ENV = NODE_ENV;
    });

    it("accepts a token that can be guessed, outside production", async () => {
      expect(await ensure({ ...CI, token: "sk_123" }, { allowWeak: true })).toMatchObject({ state: "created" });
      expect(await current().service.authenticate("sk_123")).toMatchObject({ title: "CI" });
    });

    it("is rejected in production, and false is not", async () => {
      process.env.NODE_ENV = "production";

      await expectFailure(
        ensure(CI, { allowWeak: true }),
        "invalid_data",
        /^allowWeak is for tests, and NODE_ENV is production/,
      );
      expect(await current().table()).toEqual([]);
      expect(await ensure(CI, { allowWeak: false })).toMatchObject({ state: "created" });
    });

    it("still requires the prefix of the type", async () => {
      await rejects(() => ensure({ ...CI, token: "123" }, { allowWeak: true }), /must begin with sk_$/);
    });
  });
});
