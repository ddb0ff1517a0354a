// The plugin beside Medusa's own module, which lacks what its routes call.

import { SHOP_TIMEOUT_MS } from "../medusa/shop";
import { Admin, PLUGIN, user } from "./admin";

describe("[postgres] A Medusa server with the plugin and Medusa's own module", () => {
  let admin: Admin;

  beforeAll(async () => {
    admin = await Admin.open({ apiKeys: "stock", modules: "", overlays: [], settings: PLUGIN });
  }, SHOP_TIMEOUT_MS);
  afterAll(() => admin?.shop.remove(), SHOP_TIMEOUT_MS);

  it("serves Medusa's routes, and names what the plugin's need (M22)", async () => {
    const created = await admin.send("POST", "/admin/api-keys", user(), { title: "Stock", type: "secret" });
    expect(created.status).toBe(200);
    const { id } = created.body.api_key;
    for (const { status, body } of [
      await admin.roll(id, user()),
      await admin.create(user(), { title: "Limited", type: "secret", scopes: [] }),
      await admin.details(id, user()),
    ]) {
      expect({ status, body }).toEqual({
        status: 400,
        body: { type: "not_allowed", message: expect.stringMatching(/needs the module of the same name: add/) },
      });
    }
    expect((await admin.rows()).map(({ title }) => title).sort()).toEqual(["Default Publishable API Key", "Stock"]);
  });
});
