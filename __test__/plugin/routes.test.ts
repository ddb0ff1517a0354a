// The plugin's routes on a whole Medusa server without RBAC.

import { openShop, SHOP_TIMEOUT_MS } from "../medusa/shop";
import { Admin, basic, OURS, user } from "./admin";

const DAY = 24 * 60 * 60;

describe("[postgres] A Medusa server with the plugin", () => {
  let admin: Admin;

  beforeAll(async () => {
    admin = await Admin.open();
  }, SHOP_TIMEOUT_MS);
  afterAll(() => admin?.shop.remove(), SHOP_TIMEOUT_MS);

  it(
    "has three routes in addition to Medusa's, which stay as they are (M22)",
    async () => {
      const plain = await openShop({ apiKeys: "ours", modules: OURS, overlays: [`${__dirname}/../guards/overlay`] });
      try {
        const names = async (shop: { url: string }) =>
          ((await (await fetch(`${shop.url}/test/routes`)).json()) as { routes: string[] }).routes;
        const [before, after] = [await names(plain), await names(admin.shop)];
        expect(after.filter((route) => !before.includes(route)).sort()).toEqual([
          "GET /admin/api-keys/:id/details",
          "POST /admin/api-keys/:id/roll",
          "POST /admin/api-keys/limited",
        ]);
        expect(before.filter((route) => !after.includes(route))).toEqual([]);
      } finally {
        await plain.remove();
      }
    },
    SHOP_TIMEOUT_MS,
  );

  it("responds to requests without credentials as Medusa does", async () => {
    const { id } = await admin.key();
    for (const response of [await admin.roll(id, null), await admin.create(null, {}), await admin.details(id, null)]) {
      expect({ status: response.status, body: response.body }).toEqual({
        status: 401,
        body: { message: "Unauthorized" },
      });
    }
  });

  it("leaves Medusa's route for a key's title as it is", async () => {
    const { id } = await admin.key();
    const updated = await admin.send("POST", `/admin/api-keys/${id}`, user(), { title: "Renamed" });
    expect(updated).toMatchObject({ status: 200, body: { api_key: { id, title: "Renamed" } } });
    expect((await admin.send("GET", "/admin/api-keys/limited", user())).status).toBe(404);
  });

  describe("POST /admin/api-keys/limited", () => {
    it("creates a key with an end and scopes, in the name of the user (M22)", async () => {
      const limits = { scopes: ["products:read"], allowed_ips: ["127.0.0.1"], metadata: { plan: "pro" } };
      const owner = { type: "user", id: "user_ada" };
      const wanted = { title: "Catalog", type: "secret", expires_in: DAY, owner, ...limits };
      const { status, headers, body } = await admin.create(user(), wanted);

      expect([status, headers.get("cache-control")]).toEqual([200, "no-store"]);
      expect(body.api_key).toMatchObject({ title: "Catalog", created_by: "user_ada", owner, ...limits });
      expect(new Date(body.api_key.revoked_at).getTime()).toBeGreaterThan(Date.now() + (DAY - 60) * 1000);
      expect(JSON.stringify(body)).not.toMatch(/salt|\$sha256\$/);
      expect((await admin.send("GET", "/admin/products", basic(body.api_key))).status).toBe(200);
      expect((await admin.send("GET", "/admin/users", basic(body.api_key))).status).toBe(403);
    });

    it("creates a publishable key that expires", async () => {
      const { body } = await admin.create(user(), { title: "Preview", type: "publishable", expires_in: DAY });
      expect(body.api_key).toMatchObject({ type: "publishable", token: expect.stringMatching(/^pk_/) });
      expect(body.api_key.revoked_at).not.toBeNull();
    });

    it.each<[string, object, string]>([
      ["no title", { title: undefined }, "Invalid request: Field 'title' is required"],
      ["no type", { type: undefined }, "Invalid request: Field 'type' is required"],
      ["an unknown type", { type: "public" }, "Expected: 'publishable, secret' for field 'type', but got: 'public'"],
      ["an unknown member", { expire_in: 5 }, "Invalid request: Unrecognized fields: 'expire_in'"],
      ["an id", { id: "apk_chosen" }, "Invalid request: Unrecognized fields: 'id'"],
      ["another creator", { created_by: "user_x" }, "Invalid request: Unrecognized fields: 'created_by'"],
      ["a purpose", { purpose: "password-reset" }, "Invalid request: Unrecognized fields: 'purpose'"],
      ["an end in the past", { expires_in: -5 }, "Value for field 'expires_in' too small, expected at least: '1'"],
      ["an end as a string", { expires_in: "1" }, "Expected type: 'number' for field 'expires_in', got: '1'"],
      ["scopes as a string", { scopes: "a:b" }, "Expected type: 'array' for field 'scopes', got: 'a:b'"],
      ["scopes that are null", { scopes: null }, "Invalid request"],
      ["a scope that is none", { scopes: ["products"] }, "scopes"],
      ["too many scopes", { scopes: Array(101).fill("a:b") }, "Value for field 'scopes' too big"],
      ["an address that is none", { allowed_ips: ["localhost"] }, "allowed_ips"],
      ["an owner without an id", { owner: { type: "user" } }, "Field 'owner, id' is required"],
      ["an owner with more", { owner: { type: "user", id: "u", x: 1 } }, "Unrecognized fields: 'x'"],
      ["scopes of a publishable key", { type: "publishable", scopes: ["a:b"] }, "publishable"],
    ])("refuses %s and changes nothing", async (_, members, message) => {
      const before = await admin.rows();
      const response = await admin.create(user(), { title: "Catalog", type: "secret", ...members });

      expect(response).toMatchObject({ status: 400, body: { type: "invalid_data" } });
      expect(response.body.message).toContain(message);
      expect(await admin.rows()).toEqual(before);
    });
  });

  describe("GET /admin/api-keys/:id/details", () => {
    it("returns limits and the names of a user and a key (M22)", async () => {
      const actor = await admin.key({ title: "Robot" });
      const scopes = ["products:read"];
      const { id } = await admin.key({ created_by: "user_ada", scopes, metadata: { plan: "pro" } });
      await admin.send("POST", `/admin/api-keys/${id}/revoke`, basic(actor), {});
      const { status, body } = await admin.details(id, user());

      expect(status).toBe(200);
      expect(body.api_key).toMatchObject({ id, scopes, metadata: { plan: "pro" }, last_used_at: null });
      expect(Object.keys(body.api_key)).not.toContain("token");
      const ada = { id: "user_ada", type: "user", name: "Ada Lovelace", email: "ada@example.com" };
      expect([body.creator, body.revoker]).toEqual([
        ada,
        { id: actor.id, type: "api_key", name: "Robot", email: null },
      ]);
    });

    it("returns the time of the last use and the id of an unknown creator", async () => {
      const key = await admin.key({ created_by: "deployment" });
      await admin.send("GET", "/admin/users", basic(key));
      const used = async () => (await admin.details(key.id, user())).body.api_key.last_used_at;
      await expect(eventually(used)).resolves.toMatch(/^\d{4}-/);
      const { body } = await admin.details(key.id, user());
      expect([body.creator, body.revoker]).toEqual([
        { id: "deployment", type: "unknown", name: null, email: null },
        null,
      ]);
    });

    it("names a user whose account was deleted", async () => {
      await admin.shop.database.query(
        `INSERT INTO "user" (id, email, deleted_at) VALUES ('user_gone', 'gone@example.com', now())`,
        [],
      );
      const { id } = await admin.key({ created_by: "user_gone" });
      const { body } = await admin.details(id, user());
      expect(body.creator).toEqual({ id: "user_gone", type: "user", name: null, email: "gone@example.com" });
    });

    it("responds with 404 for an unknown key", async () => {
      expect((await admin.details("apk_unknown", user())).status).toBe(404);
    });
  });

  describe("called with restricted keys", () => {
    it("needs the scopes of keys", async () => {
      const { id } = await admin.key();
      const reading = basic(await admin.key({ scopes: ["api-keys:read"] }));
      const other = basic(await admin.key({ scopes: ["products:*"] }));
      const title = { title: "More", type: "secret" };
      expect((await admin.details(id, reading)).status).toBe(200);
      for (const response of [
        await admin.details(id, other),
        await admin.roll(id, reading),
        await admin.create(reading, title),
      ]) {
        expect(response).toMatchObject({ status: 403, body: { type: "forbidden" } });
      }
    });

    it("grants no more than the key has", async () => {
      const creator = await admin.key({ scopes: ["api-keys:write", "products:read"] });
      const wanted = { title: "Child", type: "secret" };
      const child = await admin.create(basic(creator), { ...wanted, scopes: ["products:read"], expires_in: DAY });
      expect(child.body.api_key).toMatchObject({ created_by: creator.id, scopes: ["products:read"] });
      const inherited = await admin.create(basic(creator), wanted);
      expect(inherited.body.api_key.scopes).toEqual(["api-keys:write", "products:read"]);

      const before = await admin.rows();
      const whole = await admin.key();
      for (const response of [
        await admin.create(basic(creator), { ...wanted, scopes: ["products:write"] }),
        await admin.create(basic(creator), { ...wanted, owner: { type: "user", id: "user_ada" } }),
        await admin.roll(whole.id, basic(creator)),
      ]) {
        expect(response).toMatchObject({ status: 400, body: { type: "not_allowed" } });
      }
      expect((await admin.rows()).map(({ id }) => id)).toEqual([...before, whole].map(({ id }) => id));
    });

    it("rolls the key itself, with the same scopes", async () => {
      const key = await admin.key({ scopes: ["api-keys:*"] });
      const { status, body } = await admin.roll(key.id, basic(key));
      expect([status, body.api_key.scopes]).toEqual([200, ["api-keys:*"]]);
      expect((await admin.details(body.api_key.id, basic(body.api_key))).status).toBe(200);
    });

    it("names users only to a key that may read users", async () => {
      const { id } = await admin.key({ created_by: "user_ada" });
      const creatorFor = async (...scopes: string[]) =>
        (await admin.details(id, basic(await admin.key({ scopes })))).body.creator;
      const hidden = { id: "user_ada", type: "unknown", name: null, email: null };
      expect(await creatorFor("api-keys:read")).toEqual(hidden);
      for (const scope of ["users:read", "users:*", "*:read"]) {
        expect(await creatorFor("api-keys:read", scope)).toMatchObject({ type: "user", name: "Ada Lovelace" });
      }
    });
  });
});

/** Calls until the result is not null. */
async function eventually(read: () => Promise<string | null>): Promise<string | null> {
  const end = Date.now() + 20_000;
  for (;;) {
    const found = await read();
    if (found !== null || Date.now() > end) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
