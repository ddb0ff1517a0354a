// Medusa's own test runner for whole applications, as a shop's suite calls it.

import "./test-utils";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Modules } from "@medusajs/framework/utils";
import { medusaIntegrationTestRunner } from "@medusajs/test-utils";
import type { ApiKeyModuleService } from "../../index.js";
import { copyShop } from "./copy";
import { SHOP_TIMEOUT_MS } from "./shop";

jest.setTimeout(SHOP_TIMEOUT_MS);

const home = mkdtempSync(join(tmpdir(), "medusa-api-key-native-app-"));
const SECRET = { title: "Warehouse", type: "secret", created_by: "user_ada" } as const;

beforeAll(() => copyShop(home, { apiKeys: "ours" }));
afterAll(() => rm(home, { recursive: true, force: true }));

medusaIntegrationTestRunner({
  dbName: `test_app_runner_${process.pid}`,
  cwd: join(home, "shop"),
  env: { JWT_SECRET: "secret", COOKIE_SECRET: "secret", DISABLE_MEDUSA_ADMIN: "true" },
  testSuite: ({ api, getContainer }) => {
    const service = () => getContainer().resolve(Modules.API_KEY) as unknown as ApiKeyModuleService;

    describe("[postgres] medusaIntegrationTestRunner", () => {
      it("accepts a secret key in the Admin until it is revoked", async () => {
        const { id, token } = await service().createApiKeys(SECRET);
        const regions = () =>
          api.get("/admin/regions?limit=1", { auth: { username: token, password: "" }, validateStatus: () => true });
        expect((await regions()).status).toBe(200);
        await service().revoke(id, { revoked_by: "user_ada" });
        expect((await regions()).status).toBe(401);
      });

      it("resets the database before each test", async () => {
        await expect(service().listApiKeys({ type: "secret" })).resolves.toEqual([]);
      });
    });
  },
});
