// The plugin's route and workflow that roll a key, on a whole Medusa server.

import { SHOP_TIMEOUT_MS } from "../medusa/shop";
import { Admin, basic, user } from "./admin";

const DAY = 24 * 60 * 60;

describe("[postgres] POST /admin/api-keys/:id/roll of the plugin", () => {
  let admin: Admin;

  beforeAll(async () => {
    admin = await Admin.open();
  }, SHOP_TIMEOUT_MS);
  afterAll(() => admin?.shop.remove(), SHOP_TIMEOUT_MS);

  it("replaces a secret key at once, in the name of the user (M22)", async () => {
    const old = await admin.key({ title: "Warehouse", created_by: "user_babbage" });
    const { status, headers, body } = await admin.roll(old.id, user());

    expect([status, headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(body.api_key).toMatchObject({
      ...{ title: "Warehouse", type: "secret", created_by: "user_ada", revoked_at: null },
      token: expect.stringMatching(/^sk_[0-9a-f]{64}$/),
    });
    expect(body.revoked_api_key).toMatchObject({ id: old.id, token: "", revoked_by: "user_ada" });
    expect(JSON.stringify(body)).not.toMatch(/salt|\$sha256\$/);
    expect((await admin.send("GET", "/admin/users", basic(old))).status).toBe(401);
    expect((await admin.send("GET", "/admin/users", basic(body.api_key))).status).toBe(200);
  });

  it("keeps the old key valid for the grace period and gives the new one its title", async () => {
    const old = await admin.key();
    const before = Date.now();
    const { body } = await admin.roll(old.id, user(), { revoke_in: DAY, title: "Second" });

    const end = new Date(body.revoked_api_key.revoked_at).getTime();
    expect(end).toBeGreaterThanOrEqual(before + DAY * 1000);
    expect(end).toBeLessThanOrEqual(Date.now() + DAY * 1000);
    expect(body.api_key.title).toBe("Second");
    for (const key of [old, body.api_key]) {
      expect((await admin.send("GET", "/admin/users", basic(key))).status).toBe(200);
    }
  });

  it("takes a key as the actor", async () => {
    const [actor, old] = [await admin.key(), await admin.key()];
    const { body } = await admin.roll(old.id, basic(actor));
    expect([body.api_key.created_by, body.revoked_api_key.revoked_by]).toEqual([actor.id, actor.id]);
  });

  it("lets the successor of a publishable key have its sales channels", async () => {
    const { key, channels } = await admin.publishable();
    const { status, body } = await admin.roll(key.id, user());

    expect(status).toBe(200);
    expect(await admin.channelsOf(body.api_key.id)).toEqual(channels);
    expect(await admin.channelsOf(key.id)).toEqual(channels);
    const shop = (token: string) =>
      fetch(`${admin.shop.url}/store/regions`, { headers: { "x-publishable-api-key": token } });
    expect([(await shop(body.api_key.token)).status, (await shop(key.token)).status]).toEqual([200, 400]);
    const shown = await admin.send("GET", `/admin/api-keys/${body.api_key.id}`, user());
    expect(shown.body.api_key.sales_channels.map(({ name }: { name: string }) => name).sort()).toEqual(["App", "Web"]);
  });

  it("dismisses the links of the planned successor where the key cannot be rolled", async () => {
    const { key, channels } = await admin.publishable();
    await admin.roll(key.id, user(), { revoke_in: DAY });
    const [before, linked] = [await admin.rows(), await admin.linked()];

    const refused = await admin.roll(key.id, user());
    expect(refused).toMatchObject({ status: 400, body: { type: "invalid_data" } });
    expect(refused.body.message).toContain("already scheduled for revocation");
    expect(await admin.rows()).toEqual(before);
    expect(await admin.linked()).toEqual(linked);
    expect(await admin.channelsOf(key.id)).toEqual(channels);
  });

  it("deletes the successor and its links where a later step of another workflow fails", async () => {
    const { key } = await admin.publishable();
    const [before, linked] = [await admin.rows(), await admin.linked()];
    const input = { id: key.id, actor_id: "user_ada" };
    const { errors } = await admin.keys.client.inside("workflows", { name: "roll-api-key-then-fail", input });

    expect(errors).toMatchObject([{ message: "The step after it failed." }]);
    expect((await admin.rows()).map(({ id }) => id)).toEqual(before.map(({ id }) => id));
    expect(await admin.linked()).toEqual(linked);
  });

  it.each([
    ["keeps the links of a successor that exists", true],
    ["leaves links without an effect where there is no successor", false],
  ])("%s if the outcome of the roll is unknown", async (_, committed) => {
    const { key, channels } = await admin.publishable();
    const [before, linked] = [await admin.rows(), await admin.linked()];
    const input = { id: key.id, actor_id: "user_ada", committed };
    const { errors } = await admin.keys.client.inside("workflows", { name: "roll-api-key-unsure", input });

    expect(errors).toMatchObject([{ message: "The answer was lost." }]);
    const known = before.map(({ id }) => id);
    const created = (await admin.rows()).map(({ id }) => id).filter((id) => !known.includes(id));
    const [successor = "", ...more] = (await admin.linked()).filter((id) => !linked.includes(id));
    expect([created, more]).toEqual([committed ? [successor] : [], []]);
    expect(await admin.channelsOf(successor)).toEqual(channels);
    const list = await admin.send("GET", "/admin/api-keys?type=publishable&fields=id,*sales_channels", user());
    const shown = list.body.api_keys.map(({ id }: { id: string }) => id);
    expect([list.status, shown.includes(successor), shown.includes(key.id)]).toEqual([200, committed, true]);
    const channel = await admin.send("GET", `/admin/sales-channels/${channels[0]}`, user());
    expect(channel.status).toBe(200);
  });

  it("keeps the links of a successor if its step is repeated after it succeeded", async () => {
    const { key, channels } = await admin.publishable();
    const linked = await admin.linked();
    const input = { id: key.id, actor_id: "user_ada" };
    const { errors } = await admin.keys.client.inside("workflows", { name: "roll-api-key-repeated", input });

    expect(errors).toMatchObject([{ message: expect.stringContaining("already revoked") }]);
    const [successor = "", ...more] = (await admin.linked()).filter((id) => !linked.includes(id));
    expect(more).toEqual([]);
    expect(await admin.channelsOf(successor)).toEqual(channels);
    expect(await admin.rows()).toContainEqual(expect.objectContaining({ id: successor, revoked_at: null }));
  });

  it("lets one of many simultaneous requests roll a key", async () => {
    const { key, channels } = await admin.publishable();
    const linked = await admin.linked();
    const responses = await Promise.all(Array.from({ length: 8 }, () => admin.roll(key.id, user())));

    const [rolled, ...more] = responses.filter(({ status }) => status === 200);
    expect([more.length, new Set(responses.map(({ status }) => status))]).toEqual([0, new Set([200, 400])]);
    const successor = rolled?.body.api_key.id;
    expect(await admin.channelsOf(successor)).toEqual(channels);
    expect(await admin.linked()).toEqual([...linked, successor].sort());
  });

  it.each<[string, object, string]>([
    ["a revoked key", { revoked_at: "2020-01-01", revoked_by: "user_ada" }, "already revoked"],
    ["a key that expires", { expires_in: 60 }, "already scheduled for revocation"],
    ["a single-use key", { purpose: "password-reset" }, "purpose"],
  ])("refuses %s and changes nothing", async (_, members, message) => {
    const { id } = await admin.key(members);
    const before = await admin.rows();

    const { status, body } = await admin.roll(id, user());
    expect({ status, body }).toEqual({
      status: 400,
      body: { type: "invalid_data", message: expect.stringContaining(message) },
    });
    expect(await admin.rows()).toEqual(before);
  });

  it("responds with 404 for an unknown key", async () => {
    const { status, body } = await admin.roll("apk_unknown", user());
    expect({ status, body }).toEqual({
      status: 404,
      body: { type: "not_found", message: expect.stringContaining("apk_unknown") },
    });
  });

  it.each<[string, unknown, string]>([
    ["an unknown member", { revokeIn: 60 }, "Invalid request: Unrecognized fields: 'revokeIn'"],
    ["an id", { id: "apk_chosen" }, "Invalid request: Unrecognized fields: 'id'"],
    ["another creator", { created_by: "user_x" }, "Invalid request: Unrecognized fields: 'created_by'"],
    ["a grace period as a string", { revoke_in: "60" }, "Expected type: 'number' for field 'revoke_in', got: '60'"],
    ["a negative grace period", { revoke_in: -1 }, "Value for field 'revoke_in' too small, expected at least: '0'"],
    ["a grace period of a millennium", { revoke_in: 4e9 }, "Value for field 'revoke_in' too big"],
    ["a title that is a number", { title: 5 }, "Expected type: 'string' for field 'title', got: '5'"],
    ["a title with NUL", { title: "a\0b" }, "title"],
    ["an array", [], "Invalid request"],
    ["text that is not JSON", "{", "JSON"],
  ])("refuses %s and changes nothing", async (_, body, message) => {
    const { id } = await admin.key();
    const before = await admin.rows();

    const response = await admin.roll(id, user(), body);
    expect(response).toMatchObject({ status: 400, body: { message: expect.stringContaining(message) } });
    expect(await admin.rows()).toEqual(before);
  });
});
