// The plugin's routes on a Medusa server with the feature flag rbac: they ask for Medusa's own policies of keys.

import { SHOP_TIMEOUT_MS } from "../medusa/shop";
import { Admin, OURS, PLUGIN, user } from "./admin";

const CREATE = { title: "Limited", type: "secret", scopes: ["products:read"] };

describe("[postgres] A Medusa server with RBAC and the plugin", () => {
  let admin: Admin;

  beforeAll(async () => {
    admin = await Admin.open({
      settings: `${PLUGIN} featureFlags: { rbac: true },`,
      // The flag alone does not add the module, which has the tables of roles.
      modules: OURS.replace("],", ', { resolve: "@medusajs/medusa/rbac" }],'),
      env: { MEDUSA_FF_RBAC: "true" },
    });
  }, SHOP_TIMEOUT_MS);
  afterAll(() => admin?.shop.remove(), SHOP_TIMEOUT_MS);

  /** Creates a role with these policies, such as `api_key:read`, and returns the header of a user with it. */
  async function userWith(...policies: string[]): Promise<string> {
    const role = `role_${policies.join("_").replace(/\W/g, "_")}`;
    const { query } = admin.shop.database;
    await query("INSERT INTO rbac_role (id, name) VALUES ($1, $1) ON CONFLICT DO NOTHING", [role]);
    const found = await query<{ id: string }>("SELECT id FROM rbac_policy WHERE key = ANY ($1)", [policies]);
    if (found.length !== policies.length) throw new Error(`Medusa has no policy for one of ${policies.join(", ")}`);
    for (const { id } of found) {
      await query("INSERT INTO rbac_role_policy (id, role_id, policy_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", [
        ...[`${role}_${id}`, role, id],
      ]);
    }
    return user([role]);
  }

  it.each<[string[], { details: number; create: number; roll: number }]>([
    [["api_key:read"], { details: 200, create: 403, roll: 403 }],
    [["api_key:read", "api_key:create"], { details: 200, create: 403, roll: 403 }],
    [["api_key:read", "api_key:create", "rbac_role:update"], { details: 200, create: 200, roll: 403 }],
    [["api_key:read", "api_key:update"], { details: 200, create: 403, roll: 403 }],
    [["api_key:read", "api_key:delete"], { details: 200, create: 403, roll: 403 }],
    [["api_key:read", "api_key:create", "api_key:update"], { details: 200, create: 403, roll: 200 }],
    [["api_key:create", "api_key:update"], { details: 403, create: 403, roll: 403 }],
    [["product:read", "product:update"], { details: 403, create: 403, roll: 403 }],
  ])("lets a user with %j do what Medusa's policies permit (M22)", async (policies, expected) => {
    const by = await userWith(...policies);
    const { id } = await admin.key();
    const before = await admin.rows();

    const responses = {
      details: await admin.details(id, by),
      create: await admin.create(by, CREATE),
      roll: await admin.roll(id, by),
    };
    const statuses = Object.fromEntries(Object.entries(responses).map(([name, { status }]) => [name, status]));
    expect(statuses).toEqual(expected);
    const refused = Object.values(responses).filter(({ status }) => status === 403);
    expect(refused.map(({ body }) => body.type)).toEqual(refused.map(() => "forbidden"));
    const added = Object.entries(expected).filter(([name, status]) => name !== "details" && status === 200).length;
    expect(await admin.rows()).toHaveLength(before.length + added);
  });

  it("refuses users without a role, and keys, as Medusa does on its own routes", async () => {
    const { id } = await admin.key();
    const [key, other] = [await admin.key(), user()];
    for (const by of [other, `Basic ${key.token}`]) {
      const own = await admin.send("GET", `/admin/api-keys/${id}`, by);
      for (const response of [await admin.details(id, by), await admin.create(by, CREATE), await admin.roll(id, by)]) {
        expect({ status: response.status, body: response.body }).toEqual({ status: 403, body: own.body });
      }
    }
  });

  it("hands out a key with limits, which may get roles, only to users that may update roles", async () => {
    const keys = ["api_key:read", "api_key:create", "api_key:update"];
    const [lesser, greater] = [await userWith(...keys), await userWith(...keys, "rbac_role:update")];
    const { id } = await admin.key({ scopes: ["*:*"] });

    for (const limits of [
      { scopes: ["*:*"] },
      { allowed_ips: ["127.0.0.1"] },
      { owner: { type: "customer", id: "c" } },
    ]) {
      expect((await admin.create(lesser, { title: "More", type: "secret", ...limits })).status).toBe(403);
    }
    expect((await admin.create(lesser, { title: "Ends", type: "secret", expires_in: 60 })).status).toBe(200);
    expect((await admin.roll(id, lesser)).status).toBe(403);
    expect((await admin.roll(id, greater)).status).toBe(200);
  });

  it("names users only to users that may read them", async () => {
    const { id } = await admin.key({ created_by: "user_ada" });
    const creatorFor = async (...policies: string[]) =>
      (await admin.details(id, await userWith("api_key:read", ...policies))).body.creator;
    expect(await creatorFor()).toEqual({ id: "user_ada", type: "unknown", name: null, email: null });
    expect(await creatorFor("user:read")).toMatchObject({ type: "user", name: "Ada Lovelace" });
  });

  it("checks a body only after the policies", async () => {
    const { status } = await admin.create(await userWith("api_key:read"), { nonsense: true });
    expect(status).toBe(403);
  });
});
