// The document's statements, run on a service with the example's own ids.

import type { ApiKeyDTO } from "@medusajs/framework/types";
import { describeOnEachDatabase } from "../support/databases";
import { runStatements } from "./document-code";
import { openShop, type Shop } from "./shop";

type Keys = Record<"pubApiKey" | "secretApiKey" | "revokedKey" | "newKey", ApiKeyDTO>;
type Verified = Record<"authenticatedToken", ApiKeyDTO | false>;

const EXAMPLE_KEY = { id: "apk_1", title: "Warehouse", type: "secret", created_by: "user_9" } as const;

describeOnEachDatabase("the document's statements:", (database) => {
  let shop: Shop;

  beforeEach(async () => {
    shop = await openShop(database);
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await shop.close();
  });

  const createExampleKey = () => shop.service.createApiKeys(EXAMPLE_KEY);

  test("creation returns a publishable and a secret key with their tokens", async () => {
    const { pubApiKey, secretApiKey } = await runStatements<Keys>("module-page/create.ts", shop.service, {
      declared: ["pubApiKey", "secretApiKey"],
    });

    expect(pubApiKey).toMatchObject({ title: "Publishable API key", type: "publishable", created_by: "user_123" });
    expect(pubApiKey.token).toMatch(/^pk_[0-9a-f]{64}$/);
    expect(secretApiKey).toMatchObject({ title: "Authentication Key", type: "secret", created_by: "user_123" });
    expect(secretApiKey.token).toMatch(/^sk_[0-9a-f]{64}$/);
    await expect(shop.service.listApiKeys()).resolves.toHaveLength(2);
  });

  test("verification of an unknown token writes to console.error", async () => {
    const { error, log } = spyOnConsole();

    const { authenticatedToken } = await runStatements<Verified>("module-page/verify.ts", shop.service, {
      declared: ["authenticatedToken"],
    });

    expect(authenticatedToken).toBe(false);
    expect(error.mock.calls).toEqual([["Couldn't verify token"]]);
    expect(log).not.toHaveBeenCalled();
  });

  test("verification of a valid token writes to console.log", async () => {
    const { error, log } = spyOnConsole();
    const { id, token } = await createExampleKey();

    const { authenticatedToken } = await runStatements<Verified>("module-page/verify.ts", shop.service, {
      declared: ["authenticatedToken"],
      replace: { sk_123: token },
    });

    expect(authenticatedToken).toMatchObject({ id });
    expect(log.mock.calls).toEqual([["Token verified successfully!"]]);
    expect(error).not.toHaveBeenCalled();
  });

  test("revocation is final and stores revoked_by", async () => {
    const { token } = await createExampleKey();

    const { revokedKey } = await runStatements<Keys>("module-page/revoke.ts", shop.service, {
      declared: ["revokedKey"],
    });

    expect(revokedKey).toMatchObject({ id: "apk_1", revoked_by: "user_123", revoked_at: expect.any(Date) });
    await expect(shop.service.authenticate(token)).resolves.toBe(false);
  });

  test("revocation of an unknown key fails with not_found", async () => {
    await expect(runStatements("module-page/revoke.ts", shop.service)).rejects.toMatchObject({
      type: "not_found",
      message: 'ApiKey with id "apk_1" not found',
    });
  });

  test("a roll creates a key with the revoked one's title, type and creator", async () => {
    const { token } = await createExampleKey();

    const { revokedKey, newKey } = await runStatements<Keys>("module-page/roll.ts", shop.service, {
      declared: ["revokedKey", "newKey"],
    });

    expect(revokedKey).toMatchObject({ id: "apk_1", revoked_by: "user_123" });
    expect(newKey).toMatchObject({ title: "Warehouse", type: "secret", created_by: "user_9", revoked_at: null });
    await expect(shop.service.authenticate(token)).resolves.toBe(false);
    await expect(shop.service.authenticate(newKey.token)).resolves.toMatchObject({ id: newKey.id });
  });

  function spyOnConsole() {
    return {
      error: jest.spyOn(console, "error").mockImplementation(),
      log: jest.spyOn(console, "log").mockImplementation(),
    };
  }
});
