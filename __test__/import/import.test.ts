// Keys of another system, of whose tokens only the hashes are known (M13).

import { createHash, randomBytes } from "node:crypto";
import { HASH_KEYS } from "../hashing/hash-keys";
import { expectFailure } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { openService } from "../support/ours";
import { COLUMNS, SECRET } from "../support/service";
import { CHEAP } from "../support/surroundings";
import { stopClock } from "../support/time";
import { until } from "../support/until";

const NOW = "2030-06-07T06:07:08.009Z";
const sha256 = (token: string) => createHash("sha256").update(token).digest("hex");
const randomToken = () => `re_${randomBytes(32).toString("base64url")}`;
const old = (token: string, others: object = {}) => ({
  title: "Old",
  created_by: "user_1",
  sha256: sha256(token),
  ...others,
});

describeOurs("importApiKeys (M13)", (current) => {
  describe("with a stopped clock", () => {
    beforeEach(() => stopClock(NOW));
    afterEach(() => jest.useRealTimers());

    it("creates a secret key whose token keeps working (M13)", async () => {
      const token = randomToken();
      const { key, ...rest } = await current().service.importApiKeys(old(token, { redacted: "re_abc***xyz" }));

      expect(rest).toEqual({ state: "created" });
      expect(Object.keys(key)).toEqual(COLUMNS);
      expect(key).toMatchObject({ type: "secret", token: "", redacted: "re_abc***xyz", created_at: new Date(NOW) });
      expect(await current().service.authenticate(token)).toMatchObject({ id: key.id, title: "Old" });
      expect(await current().service.authenticate(`${token}x`)).toBe(false);
    });

    it("stores the row that createApiKeys would store with the scheme sha256", async () => {
      const fast = openService(current().url, { hashing: "sha256" });
      const { token } = await fast.createApiKeys(SECRET);
      await fast.close();
      const [made] = await current().table();
      await current().sql("DELETE FROM api_key");
      await current().service.importApiKeys(old(token));
      const [imported] = await current().table();

      expect(imported).toMatchObject({ token: made?.token, token_digest: made?.token_digest, redacted: "***" });
      expect(imported?.salt).toMatch(/^[0-9a-f]{32}$/);
      expect(Object.keys(imported ?? {})).toEqual(Object.keys(made ?? {}));
    });

    it.each(["hex", "base64", "base64url"] as const)("accepts a hash in %s", async (encoding) => {
      const token = randomToken();
      const hash = createHash("sha256").update(token).digest(encoding);
      await current().service.importApiKeys(old(token, { sha256: hash }));

      expect(await current().service.authenticate(token)).toMatchObject({ title: "Old" });
    });

    it("keeps the dates and the end of a key", async () => {
      const token = randomToken();
      const dates = { created_at: "2020-01-02T00:00:00Z", last_used_at: "2021-01-02T00:00:00Z" };
      const end = { revoked_at: "2025-01-02T00:00:00Z", revoked_by: "user_9" };
      const { key } = await current().service.importApiKeys(old(token, { ...dates, ...end, id: "apk_old" }));

      expect(key).toMatchObject({
        id: "apk_old",
        created_at: new Date(dates.created_at),
        last_used_at: new Date(dates.last_used_at),
        revoked_at: new Date(end.revoked_at),
        revoked_by: "user_9",
      });
      expect(await current().service.authenticate(token)).toBe(false);
    });

    it("finds the keys again and writes nothing", async () => {
      const list = [old(randomToken()), old(randomToken(), { title: "Other" })];
      const first = await current().service.importApiKeys(list);
      const table = await current().table();

      const second = await current().service.importApiKeys([...list].reverse());

      expect(second).toEqual([...first].reverse().map(({ key }) => ({ key, state: "unchanged" })));
      expect(await current().table()).toEqual(table);
    });

    it("leaves a revoked key revoked", async () => {
      const token = randomToken();
      const { key } = await current().service.importApiKeys(old(token));
      await current().service.revoke(key.id, { revoked_by: "user_2" });

      expect(await current().service.importApiKeys(old(token))).toMatchObject({
        key: { id: key.id },
        state: "revoked",
      });
      expect(await current().service.authenticate(token)).toBe(false);
      expect(await current().table()).toHaveLength(1);
    });

    it("reports what differs and changes nothing", async () => {
      const token = randomToken();
      await current().service.importApiKeys(old(token));
      const table = await current().table();

      expect(await current().service.importApiKeys(old(token, { title: "New" }))).toMatchObject({
        ...{ key: { title: "Old" }, state: "different", differences: ["title"] },
      });
      expect(await current().table()).toEqual(table);
    });

    it("finds a key whose token was declared, and the other way around", async () => {
      const [one, two] = [0, 1].map(() => `sk_${randomBytes(32).toString("hex")}`) as [string, string];
      const declare = (token: string) =>
        current().service.ensureApiKeys({ title: "Old", type: "secret", created_by: "user_1", token });

      await declare(one);
      expect(await current().service.importApiKeys(old(one))).toMatchObject({ state: "unchanged" });
      await current().service.importApiKeys(old(two));
      expect(await declare(two)).toMatchObject({ state: "unchanged" });
      expect(await current().table()).toHaveLength(2);
    });

    it("creates no key of a list if the id of one is taken", async () => {
      const { id } = await current().service.createApiKeys(SECRET);
      const list = [old(randomToken()), old(randomToken(), { id })];

      await expectFailure(
        current().service.importApiKeys(list),
        "invalid_data",
        `Api key with id: ${id}, already exists.`,
      );
      expect(await current().table()).toHaveLength(1);
    });

    it("publishes one event for each created key", async () => {
      const list = [old(randomToken()), old(randomToken())];
      await current().service.importApiKeys(list[0] as object);
      current().emitted.length = 0;

      const found = await current().service.importApiKeys(list);

      expect(current().emitted.flatMap(({ messages }) => messages)).toMatchObject([
        { name: "api_key.api-key.created", data: { id: found[1]?.key.id } },
      ]);
    });

    it("returns an empty list for an empty list", async () => {
      expect(await current().service.importApiKeys([])).toEqual([]);
    });
  });

  it("creates rows that are rehashed on use, and still found by their hash", async () => {
    const token = randomToken();
    const { key } = await current().service.importApiKeys(old(token));
    const slow = openService(current().url, { ...CHEAP, rehash: true, lastUsedInterval: false });
    await slow.authenticate(token);
    const stored = async () => (await current().table())[0]?.token as string;
    await until(stored, (hash) => hash.startsWith("$argon2id$"));

    expect(await slow.importApiKeys(old(token))).toMatchObject({ key: { id: key.id }, state: "unchanged" });
    expect(await slow.authenticate(token)).toMatchObject({ id: key.id });
    await slow.close();
  });

  it("creates rows that a service with hash keys verifies", async () => {
    const token = randomToken();
    await current().service.importApiKeys(old(token));
    const keyed = openService(current().url, { hashing: "sha256", hashKeys: HASH_KEYS });

    expect(await keyed.authenticate(token)).toMatchObject({ title: "Old" });
    await keyed.close();
  });

  it("imports 100,000 keys in one call, twice, and finds any of them", async () => {
    const tokens = Array.from({ length: 100_000 }, (_, index) => `re_${index}`);
    const list = tokens.map((token, index) => old(token, { title: `Key ${index}`, created_by: `user_${index % 100}` }));
    const service = openService(current().url, { callTimeout: 120_000, lastUsedInterval: false });

    const first = await service.importApiKeys(list);
    const second = await service.importApiKeys(list);

    expect(new Set(first.map(({ state }) => state))).toEqual(new Set(["created"]));
    expect(new Set(second.map(({ state }) => state))).toEqual(new Set(["unchanged"]));
    expect(second[77_777]?.key).toEqual(first[77_777]?.key);
    expect(first[77_777]?.key.title).toBe("Key 77777");
    expect(await service.authenticate("re_99999")).toMatchObject({ title: "Key 99999" });
    const [{ count } = {}] = await current().sql("SELECT count(*) AS count FROM api_key");
    expect(Number(count)).toBe(100_000);
    await service.close();
  }, 240_000);

  it("rolls back a whole import that does not end within callTimeout", async () => {
    const list = Array.from({ length: 100_000 }, (_, index) => old(`re_${index}`));
    const service = openService(current().url, { callTimeout: 700 });
    await until(
      () => service.listApiKeys({}, { take: 1 }).catch(() => null),
      (page) => page !== null,
    );

    await expectFailure(service.importApiKeys(list), "database_error", /callTimeout|timed out/);
    await service.close();
    const [{ count } = {}] = await current().sql("SELECT count(*) AS count FROM api_key");
    expect(Number(count)).toBe(0);
  }, 60_000);
});
