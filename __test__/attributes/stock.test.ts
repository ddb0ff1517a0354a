// What stock does with the attributes of keys: nothing.

import { describeStock } from "../support/implementations";
import { SECRET, STOCK_COLUMNS } from "../support/service";

const LIMITS = { scopes: [], owner: { type: "seller", id: "1" }, metadata: {}, allowed_ips: [], purpose: "reset" };

describeStock("Stock's keys", (current) => {
  it("have none of the attributes that are given, and are whole admins (M10)", async () => {
    const { id, token } = await current().service.createApiKeys({ ...SECRET, ...LIMITS });
    expect(Object.keys(await current().service.retrieveApiKey(id)).sort()).toEqual([...STOCK_COLUMNS].sort());
    await current().service.updateApiKeys(id, { title: "New", ...LIMITS });
    expect(await current().service.authenticate(token)).toMatchObject({ id, title: "New" });
  });

  it("cannot be verified with a reason (M11)", () => {
    expect("verify" in current().service).toBe(false);
  });

  it("are not bounded by the key that creates them (M12)", async () => {
    const creator = await current().service.createApiKeys({ ...SECRET, scopes: [] });
    const child = await current().service.createApiKeys({ ...SECRET, created_by: creator.id });
    expect(await current().service.authenticate(child.token)).toMatchObject({ id: child.id });
  });
});
