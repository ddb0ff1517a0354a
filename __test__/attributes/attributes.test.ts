// Scopes, owner, metadata, allowed addresses and purpose of a key: what is kept, returned and changed.

import { describeOurs } from "../support/implementations";
import { COLUMNS, PUBLISHABLE, SECRET } from "../support/service";

const ATTRIBUTES = {
  scopes: ["products:read", "orders:*"],
  owner: { type: "seller", id: "sel_1" },
  metadata: { plan: "pro", seats: 5, nested: { list: [1, null, "ü"], b: true } },
  allowed_ips: ["10.0.0.0/8", "2001:db8::1"],
  purpose: "password-reset",
};

describeOurs("A key with attributes", (current) => {
  const service = () => current().service;

  it("shows them in every result (M10)", async () => {
    const created = await service().createApiKeys({ ...SECRET, ...ATTRIBUTES });
    const { id } = created;
    expect(created).toMatchObject(ATTRIBUTES);
    expect(await service().retrieveApiKey(id)).toMatchObject(ATTRIBUTES);
    expect(await service().listApiKeys({ id })).toEqual([await service().retrieveApiKey(id)]);
    expect(await service().updateApiKeys(id, { title: "New" })).toMatchObject({ title: "New", ...ATTRIBUTES });
    expect((await service().upsertApiKeys([{ id, title: "Newer" }]))[0]).toMatchObject(ATTRIBUTES);
    expect(await service().revoke(id, { revoked_by: "u" })).toMatchObject(ATTRIBUTES);
  });

  it("has no member that was not given, and the others no member at all (M10)", async () => {
    const { id } = await service().createApiKeys({ ...SECRET, scopes: [], owner: null, metadata: undefined });
    expect(Object.keys(await service().retrieveApiKey(id))).toEqual([...COLUMNS, "scopes"]);
    for (const data of [SECRET, { ...PUBLISHABLE, scopes: null }, { ...SECRET, expires_in: 60 }]) {
      const plain = await service().createApiKeys(data);
      expect(Object.keys(await service().retrieveApiKey(plain.id))).toEqual(COLUMNS);
    }
  });

  it("is found with selected attributes, as far as it has them", async () => {
    const { id } = await service().createApiKeys({ ...SECRET, owner: ATTRIBUTES.owner });
    const select = ["title", "owner", "scopes"];
    expect(await service().listApiKeys({ id }, { select })).toEqual([
      { id, title: SECRET.title, owner: ATTRIBUTES.owner },
    ]);
  });

  it("is changed by updateApiKeys and upsertApiKeys: null removes, what is not named stays", async () => {
    const { id } = await service().createApiKeys({ ...SECRET, ...ATTRIBUTES, purpose: undefined });
    await service().updateApiKeys(id, { scopes: ["orders:read"], metadata: null });
    const { metadata: _, purpose: __, ...kept } = ATTRIBUTES;
    expect(await service().retrieveApiKey(id)).toStrictEqual({
      ...(await service().retrieveApiKey(id)),
      ...kept,
      scopes: ["orders:read"],
    });
    await service().upsertApiKeys([{ id, owner: null, allowed_ips: null, scopes: null }]);
    expect(Object.keys(await service().retrieveApiKey(id))).toEqual(COLUMNS);
  });

  it("has the attributes that its data inherit", async () => {
    const scopes = ["a:read"];
    class Data {
      readonly title = SECRET.title;
      readonly type = SECRET.type;
      readonly created_by = SECRET.created_by;
      get scopes() {
        return scopes;
      }
    }
    const inherited = (own: object) => Object.assign(Object.create({ scopes }), own);
    for (const data of [
      new Data(),
      inherited(SECRET),
      Object.defineProperty({ ...SECRET }, "scopes", { value: scopes }),
    ]) {
      expect(await service().createApiKeys(data)).toMatchObject({ scopes });
      expect(await service().upsertApiKeys([data])).toMatchObject([{ scopes }]);
    }
    const { id } = await service().createApiKeys(SECRET);
    expect(await service().updateApiKeys(id, inherited({ title: "New" }))).toMatchObject({ title: "New", scopes });
  });

  it("ends when its data say, also if they inherit that", async () => {
    const inherited = Object.assign(Object.create({ expires_in: 60 }), SECRET);
    const hidden = Object.defineProperty({ ...SECRET }, "expires_in", { value: 60 });
    for (const data of [inherited, hidden]) {
      expect(await service().createApiKeys(data)).toMatchObject({ revoked_at: expect.any(Date) });
      expect(await service().upsertApiKeys([data])).toMatchObject([{ revoked_at: expect.any(Date) }]);
    }
  });

  it("is changed by everything that one upsert says about it, the last word first", async () => {
    const { id, token } = await service().createApiKeys(SECRET);
    await service().upsertApiKeys([
      { id, scopes: ["a:read"], allowed_ips: ["10.0.0.1"], title: "One" },
      { id, title: "Two", scopes: ["b:read"] },
      { id, metadata: { a: 1 } },
    ]);
    expect(await service().retrieveApiKey(id)).toMatchObject({
      ...{ title: "Two", scopes: ["b:read"], allowed_ips: ["10.0.0.1"], metadata: { a: 1 } },
    });
    expect(await service().authenticate(token)).toBe(false);
  });

  it("moves updated_at and publishes an event only if something changed", async () => {
    const { id } = await service().createApiKeys({ ...SECRET, scopes: ["a:b"], updated_at: new Date(0) });
    current().emitted.length = 0;
    await service().updateApiKeys(id, { scopes: ["a:b"] });
    expect((await service().retrieveApiKey(id)).updated_at).toEqual(new Date(0));
    expect(current().emitted).toHaveLength(0);
    await service().updateApiKeys(id, { scopes: ["a:c"] });
    expect((await service().retrieveApiKey(id)).updated_at).not.toEqual(new Date(0));
    expect(current().emitted).toHaveLength(1);
  });

  it("is changed together with other keys of a selector, each keeping its other attributes", async () => {
    const owners = ["a", "b", "c"].map((id) => ({ ...SECRET, owner: { type: "seller", id } }));
    await service().createApiKeys([...owners, SECRET]);
    const changed = await service().updateApiKeys({ type: "secret" }, { scopes: ["a:read"] });
    expect(changed.map((key) => key.scopes)).toEqual(Array(4).fill(["a:read"]));
    const listed = await service().listApiKeys({ scopes: { $contains: "a:read" } });
    expect(listed).toEqual(changed);
    expect(listed.map((key) => key.owner?.id ?? "none").sort()).toEqual(["a", "b", "c", "none"]);
  });

  it("keeps canonical forms: addresses without their full prefix, IPv4 for mapped IPv6, no duplicates", async () => {
    const key = await service().createApiKeys({
      ...SECRET,
      scopes: ["a:b", "a:b"],
      allowed_ips: ["::ffff:10.0.0.1", "10.0.0.1/32", "2001:DB8::/32"],
    });
    expect(key).toMatchObject({ scopes: ["a:b"], allowed_ips: ["10.0.0.1", "2001:db8::/32"] });
  });

  it("passes its attributes, but not its expiration, to its successor", async () => {
    // A key with a purpose cannot be rolled.
    const { purpose: _, ...inherited } = ATTRIBUTES;
    const { id } = await service().createApiKeys({ ...SECRET, ...inherited });
    const { created } = await service().rollApiKeys(id, { revoked_by: "u" });
    expect(created).toMatchObject({ ...inherited, revoked_at: null });
    expect(await service().retrieveApiKey(created.id)).toMatchObject(inherited);
  });

  it("gives each caller an object of its own, also from memory", async () => {
    const { purpose: _, allowed_ips: __, ...usable } = ATTRIBUTES;
    const { token } = await service().createApiKeys({ ...SECRET, ...usable });
    for (let call = 0; call < 3; call++) {
      const verified = await service().verify(token);
      if (!verified.valid) throw new Error(verified.reason);
      expect(verified.key).toMatchObject(usable);
      verified.key.scopes?.push("*:*");
      Object.assign(verified.key.owner ?? {}, { id: "changed" });
      Object.assign(verified.key.metadata ?? {}, { nested: null });
    }
  });
});
