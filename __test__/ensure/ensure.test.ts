// Keys that a deployment declares by their tokens (M13).

import { randomBytes, scryptSync } from "node:crypto";
import { HASH_KEYS } from "../hashing/hash-keys";
import { expectFailure } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { openService } from "../support/ours";
import { COLUMNS, SECRET } from "../support/service";
import { CHEAP } from "../support/surroundings";
import { after, stopClock } from "../support/time";

const NOW = "2030-06-07T06:07:08.009Z";
const secretToken = () => `sk_${randomBytes(32).toString("hex")}`;

const declared = (token: string, others: object = {}) => ({
  title: "CI",
  type: "secret",
  created_by: "seed",
  token,
  ...others,
});
const WEB = { title: "Web", type: "publishable", created_by: "seed", token: "pk_storefront" };

describeOurs("ensureApiKeys (M13)", (current) => {
  beforeEach(() => stopClock(NOW));
  afterEach(() => jest.useRealTimers());

  it("creates a key whose token is not in the table, and returns no secret", async () => {
    const token = secretToken();
    const { key, ...rest } = await current().service.ensureApiKeys(declared(token));

    expect(rest).toEqual({ state: "created" });
    expect(Object.keys(key)).toEqual(COLUMNS);
    expect(key).toMatchObject({
      title: "CI",
      created_by: "seed",
      token: "",
      created_at: new Date(NOW),
      revoked_at: null,
    });
    expect(key.redacted).toBe(`${token.slice(0, 6)}***${token.slice(-3)}`);
    expect(await current().service.authenticate(token)).toMatchObject({ id: key.id });
  });

  it("finds the key of a token again and writes nothing (M13)", async () => {
    const list = [declared(secretToken()), WEB, declared(secretToken(), { title: "Staging" })];
    const first = await current().service.ensureApiKeys(list);
    const table = await current().table();
    jest.setSystemTime(after(NOW, 60));

    const second = await current().service.ensureApiKeys(list);

    expect(first.map(({ state }) => state)).toEqual(["created", "created", "created"]);
    expect(second).toEqual(first.map(({ key }) => ({ key, state: "unchanged" })));
    expect(second.map(({ key }) => key.title)).toEqual(["CI", "Web", "Staging"]);
    expect(await current().table()).toEqual(table);
  });

  it("creates what is missing of a list and returns every key in the order of the list", async () => {
    const [one, two] = [declared(secretToken(), { title: "One" }), declared(secretToken(), { title: "Two" })];
    await current().service.ensureApiKeys(two);

    const found = await current().service.ensureApiKeys([one, two]);

    expect(found.map(({ key, state }) => [key.title, state])).toEqual([
      ["One", "created"],
      ["Two", "unchanged"],
    ]);
    expect(await current().table()).toHaveLength(2);
  });

  it("creates a publishable key that a storefront finds by its token", async () => {
    const { key } = await current().service.ensureApiKeys(WEB);

    expect(key.token).toBe("pk_storefront");
    expect(await current().service.listApiKeys({ token: "pk_storefront" })).toMatchObject([{ id: key.id }]);
  });

  it("finds the key of a token that createApiKeys issued", async () => {
    const { id, token } = await current().service.createApiKeys({ ...SECRET, title: "CI" });

    const found = await current().service.ensureApiKeys(declared(token, { created_by: SECRET.created_by }));

    expect(found).toMatchObject({ key: { id }, state: "unchanged" });
  });

  it("finds a row that stock wrote, which has no digest", async () => {
    const token = secretToken();
    const salt = "44de31ebcf085fa423fc584aa8540670";
    for (const [id, of] of [
      ["apk_other", `${token.slice(0, -4)}${token.at(-4) === "0" ? "1" : "0"}${token.slice(-3)}`],
      ["apk_stock", token],
    ] as const) {
      await current().sql(
        `INSERT INTO api_key (id, token, salt, redacted, title, type, created_by, created_at, updated_at)
         VALUES (?, ?, ?, ?, 'CI', 'secret', 'seed', '2020-01-01T00:00:00.000+00:00', '2020-01-01T00:00:00.000+00:00')`,
        [id, scryptSync(of, salt, 64).toString("hex"), salt, `${token.slice(0, 6)}***${token.slice(-3)}`],
      );
    }

    expect(await current().service.ensureApiKeys(declared(token))).toMatchObject({
      ...{ key: { id: "apk_stock" }, state: "unchanged" },
    });
    expect(await current().table()).toHaveLength(2);
  });

  it("finds a key whatever the scheme of its hash", async () => {
    const token = secretToken();
    const fast = openService(current().url, { hashing: "sha256", hashKeys: HASH_KEYS });
    await fast.ensureApiKeys(declared(token));
    await fast.close();
    const slow = openService(current().url, { ...CHEAP, hashKeys: HASH_KEYS });

    expect(await slow.ensureApiKeys(declared(token))).toMatchObject({ state: "unchanged" });
    await slow.close();
    expect(await current().table()).toHaveLength(1);
  });

  it("rejects a token whose row has a hash under an unknown hash key, and creates no second row", async () => {
    const token = secretToken();
    const keyed = openService(current().url, { hashing: "sha256", hashKeys: HASH_KEYS });
    const { key } = await keyed.ensureApiKeys(declared(token));
    await keyed.close();

    const warn = jest.spyOn(console, "warn").mockImplementation();
    const call = current().service.ensureApiKeys(declared(token));

    await expectFailure(call, "unexpected_state", new RegExp(`^The key ${key.id} has the selector .* hashKeys`));
    warn.mockRestore();
    expect(await current().table()).toHaveLength(1);
  });

  it("reports what differs and changes nothing", async () => {
    const token = secretToken();
    const { key } = await current().service.ensureApiKeys(declared(token));
    const table = await current().table();

    const found = await current().service.ensureApiKeys(
      declared(token, { title: "New", created_by: "x", id: "apk_x" }),
    );

    expect(found).toEqual({ key, state: "different", differences: ["id", "created_by", "title"] });
    expect(await current().table()).toEqual(table);
  });

  it("changes what differs if update is true, but neither the id nor the creator", async () => {
    const token = secretToken();
    const { key } = await current().service.ensureApiKeys(declared(token));
    current().emitted.length = 0;
    jest.setSystemTime(after(NOW, 60));

    const changed = await current().service.ensureApiKeys(declared(token, { title: "New", created_by: "x" }), {
      update: true,
    });

    const updated = { ...key, title: "New", updated_at: after(NOW, 60) };
    expect(changed).toEqual({ key: updated, state: "updated", updated: ["title"], differences: ["created_by"] });
    expect(await current().service.retrieveApiKey(key.id)).toEqual(updated);
    expect(current().emitted.flatMap(({ messages }) => messages)).toMatchObject([
      { name: "api_key.api-key.updated", data: { id: key.id } },
    ]);
  });

  it("writes nothing if update is true and nothing differs", async () => {
    const list = [declared(secretToken()), WEB];
    await current().service.ensureApiKeys(list);
    const table = await current().table();
    current().emitted.length = 0;

    const found = await current().service.ensureApiKeys(list, { update: true });

    expect(found.map(({ state }) => state)).toEqual(["unchanged", "unchanged"]);
    expect(await current().table()).toEqual(table);
    expect(current().emitted).toEqual([]);
  });

  it.each([{}, { update: true }])("leaves a revoked key revoked with the options %j", async (options) => {
    const token = secretToken();
    const { key } = await current().service.ensureApiKeys(declared(token));
    await current().service.revoke(key.id, { revoked_by: "user_2" });
    const table = await current().table();

    const found = await current().service.ensureApiKeys(declared(token, { title: "New" }), options);

    expect(found).toMatchObject({
      key: { id: key.id, revoked_by: "user_2" },
      state: "revoked",
      differences: ["title"],
    });
    expect(await current().table()).toEqual(table);
    expect(await current().service.authenticate(token)).toBe(false);
  });

  it("reports an expired key as revoked and does not renew it", async () => {
    const key = declared(secretToken(), { expires_in: 60 });
    await current().service.ensureApiKeys(key);
    jest.setSystemTime(after(NOW, 59));
    expect(await current().service.ensureApiKeys(key)).toMatchObject({ state: "unchanged" });

    jest.setSystemTime(after(NOW, 60));
    expect(await current().service.ensureApiKeys(key)).toMatchObject({ state: "revoked" });
    expect(await current().table()).toHaveLength(1);
  });

  it("reports a soft-deleted key and creates no second one", async () => {
    const token = secretToken();
    const { key } = await current().service.ensureApiKeys(declared(token));
    await current().service.softDeleteApiKeys(key.id);

    expect(await current().service.ensureApiKeys(declared(token))).toMatchObject({
      ...{ key: { id: key.id }, state: "deleted" },
    });
    expect(await current().table()).toHaveLength(1);
  });

  it("creates a key again after the revoked one was deleted for good", async () => {
    const token = secretToken();
    const { key } = await current().service.ensureApiKeys(declared(token));
    await current().service.revoke(key.id, { revoked_by: "user_2" });
    await current().service.deleteApiKeys(key.id);

    expect(await current().service.ensureApiKeys(declared(token))).toMatchObject({ state: "created" });
    expect(await current().service.authenticate(token)).toMatchObject({ title: "CI" });
  });

  it("creates no key of a list if the id of one is taken", async () => {
    const { id } = await current().service.createApiKeys(SECRET);
    const table = await current().table();

    const call = current().service.ensureApiKeys([declared(secretToken()), declared(secretToken(), { id })]);

    await expectFailure(call, "invalid_data", `Api key with id: ${id}, already exists.`);
    expect(await current().table()).toEqual(table);
  });

  it("publishes one event for each created key", async () => {
    const list = [WEB, declared(secretToken())];
    await current().service.ensureApiKeys(list[0] as object);
    current().emitted.length = 0;

    const found = await current().service.ensureApiKeys(list);

    expect(current().emitted.flatMap(({ messages }) => messages)).toMatchObject([
      { name: "api_key.api-key.created", data: { id: found[1]?.key.id } },
    ]);
  });

  it("stores the workflow that created a key, so that its compensation can delete the key", async () => {
    const { key } = await current().service.ensureApiKeys(WEB, {}, { transactionId: "tx_1" });
    await current().service.deleteApiKeys(key.id, { transactionId: "tx_1", isCancelling: true });

    expect(await current().table()).toEqual([]);
  });

  it("returns an empty list for an empty list", async () => {
    expect(await current().service.ensureApiKeys([])).toEqual([]);
  });
});
