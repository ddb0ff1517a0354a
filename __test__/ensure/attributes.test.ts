// Declared and imported keys with scopes, an owner, metadata and allowed addresses (M13).

import { createHash, randomBytes } from "node:crypto";
import { expectFailure } from "../support/failures";
import { describeOurs } from "../support/implementations";

const ATTRIBUTES = {
  scopes: ["products:read"],
  owner: { type: "seller", id: "sel_1" },
  metadata: { region: "eu", limits: [1, null] },
  allowed_ips: ["10.0.0.0/8"],
};
const DEMAND = { scopes: ["products:read"], ip: "10.1.2.3", owner_type: "seller" };

describeOurs("declared attributes (M13)", (current) => {
  let declared: { title: string; type: string; created_by: string; token: string };
  beforeEach(() => {
    declared = { title: "Seller", type: "secret", created_by: "seed", token: `sk_${randomBytes(32).toString("hex")}` };
  });

  const ensure = (others: object = {}, options?: object) =>
    current().service.ensureApiKeys({ ...declared, ...others }, options);

  it("restrict a created key", async () => {
    const { key, state } = await ensure(ATTRIBUTES);

    expect(state).toBe("created");
    expect(key).toMatchObject(ATTRIBUTES);
    expect(await current().service.authenticate(declared.token)).toBe(false);
    expect(await current().service.verify(declared.token, DEMAND)).toMatchObject({ valid: true, key: { id: key.id } });
    expect(await ensure(ATTRIBUTES)).toEqual({ key, state: "unchanged" });
  });

  it("restrict an imported key", async () => {
    const { token, type: _, ...others } = declared;
    const imported = { ...others, ...ATTRIBUTES, sha256: createHash("sha256").update(token).digest("hex") };
    const { key } = await current().service.importApiKeys(imported);

    expect(key).toMatchObject(ATTRIBUTES);
    expect(await current().service.authenticate(token)).toBe(false);
    expect(await current().service.verify(token, DEMAND)).toMatchObject({ valid: true });
    expect(await current().service.importApiKeys(imported)).toEqual({ key, state: "unchanged" });
    const other = { ...imported, scopes: ["*:*"] };
    expect(await current().service.importApiKeys(other)).toEqual({ key, state: "different", differences: ["scopes"] });
  });

  it("restrict a key whose declaration inherits them or gets them from its class", async () => {
    const inherited: typeof declared = Object.assign(Object.create({ scopes: [] }), declared);
    expect((await current().service.ensureApiKeys(inherited)).key).toMatchObject({ scopes: [] });
    class Imported {
      title = "Old";
      created_by = "seed";
      sha256 = createHash("sha256").update("re_1").digest("hex");
      get scopes() {
        return ["a:read"];
      }
    }
    expect((await current().service.importApiKeys(new Imported())).key).toMatchObject({ scopes: ["a:read"] });
    for (const token of [declared.token, "re_1"]) expect(await current().service.authenticate(token)).toBe(false);
  });

  it("are reported one by one where they differ", async () => {
    const { key } = await ensure(ATTRIBUTES);
    const table = await current().table();
    const others = { scopes: [], owner: null, metadata: { region: "us" }, allowed_ips: ["10.0.0.0/8"] };

    expect(await ensure(others)).toEqual({ key, state: "different", differences: ["scopes", "owner", "metadata"] });
    expect(await current().table()).toEqual(table);
  });

  it("are changed if update is true", async () => {
    await ensure(ATTRIBUTES);
    const others = { title: "New", scopes: ["*:read"], metadata: null };

    expect(await ensure(others, { update: true })).toMatchObject({
      key: { title: "New", scopes: ["*:read"], owner: ATTRIBUTES.owner, allowed_ips: ATTRIBUTES.allowed_ips },
      state: "updated",
      updated: ["title", "scopes", "metadata"],
    });
    const verified = await current().service.verify(declared.token, { ...DEMAND, scopes: ["orders:read"] });
    expect(verified).toMatchObject({ valid: true, key: { title: "New" } });
    expect(verified.valid && verified.key).not.toHaveProperty("metadata");
  });

  it("that are not declared are neither compared nor removed", async () => {
    const { key } = await ensure(ATTRIBUTES);

    expect(await ensure()).toEqual({ key, state: "unchanged" });
    expect(await ensure({ scopes: undefined }, { update: true })).toEqual({ key, state: "unchanged" });
    expect(await current().service.authenticate(declared.token)).toBe(false);
  });

  it("that are null are removed if update is true, which lifts the restriction", async () => {
    await ensure({ scopes: ["products:read"] });

    expect(await ensure({ scopes: null })).toMatchObject({ state: "different", differences: ["scopes"] });
    expect(await current().service.authenticate(declared.token)).toBe(false);
    expect(await ensure({ scopes: null }, { update: true })).toMatchObject({ state: "updated", updated: ["scopes"] });
    expect(await current().service.authenticate(declared.token)).toMatchObject({ title: "Seller" });
  });

  it("cannot exceed those of a creator that is a key", async () => {
    const creator = await current().service.createApiKeys({ ...declared, token: undefined, scopes: ["products:read"] });

    const more = ensure({ created_by: creator.id, scopes: ["*:*"] });
    await expectFailure(more, "not_allowed", /scopes/);
    expect(await ensure({ created_by: creator.id })).toMatchObject({
      state: "created",
      key: { scopes: ["products:read"] },
    });
  });

  it("cannot be changed to more than those of a creator that is a key, nor can a greater key be changed by it", async () => {
    const { service } = current();
    const creator = await service.createApiKeys({ ...declared, token: undefined, scopes: ["a:read", "b:read"] });
    const by = { created_by: creator.id };
    await ensure({ ...by, scopes: ["a:read"] });
    const table = await current().table();

    for (const scopes of [null, ["*:*"], ["a:read", "c:read"]]) {
      await expectFailure(ensure({ ...by, scopes }, { update: true }), "not_allowed", /may not grant/);
    }
    const itself = ensure({ ...by, token: creator.token, scopes: null }, { update: true });
    await expectFailure(itself, "not_allowed", /may not grant/);
    expect(await current().table()).toEqual(table);
    expect(await ensure({ ...by, title: "B", scopes: ["b:read"] }, { update: true })).toMatchObject({
      state: "updated",
      updated: ["title", "scopes"],
    });

    const greater = { token: `sk_${randomBytes(32).toString("hex")}` };
    await ensure(greater);
    await expectFailure(
      ensure({ ...greater, ...by, scopes: ["a:read"] }, { update: true }),
      "not_allowed",
      /may not grant/,
    );
    expect(await service.authenticate(greater.token)).toMatchObject({ title: "Seller" });
  });

  it("are rejected for a publishable key", async () => {
    const web = { title: "Web", type: "publishable", created_by: "seed", token: "pk_storefront" };
    const call = current().service.ensureApiKeys({ ...web, scopes: [] });

    await expectFailure(call, "invalid_data", /^element 0: ApiKey\.scopes restricts a key/);
  });
});
