// Stock has no way to create a key from a token or a hash that exists already.

import { describeStock } from "../support/implementations";
import { SECRET } from "../support/service";

describeStock("declared keys", (current) => {
  it.each(["ensureApiKeys", "importApiKeys"])("are unknown to stock, which has no %s (M13)", (name) => {
    expect(current().service).not.toHaveProperty(name);
  });

  it("are unknown to stock, which ignores a token among the data (M13)", async () => {
    const token = `sk_${"0f1e2d3c".repeat(8)}`;
    const key = await current().service.createApiKeys({ ...SECRET, token });

    expect(key.token).toMatch(/^sk_[0-9a-f]{64}$/);
    expect(key.token).not.toBe(token);
  });
});
