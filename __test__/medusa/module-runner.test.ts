// Medusa's own test runner for modules, as a user's suite calls it.

import "./test-utils";
import { Modules } from "@medusajs/framework/utils";
import { moduleIntegrationTestRunner } from "@medusajs/test-utils";
import type { ApiKeyModuleService } from "../../index.js";
import { onServer } from "../support/postgres";

const dbName = `test_module_runner_${process.pid}`;
const SECRET = { title: "Warehouse", type: "secret", created_by: "user_ada" } as const;

beforeAll(() => onServer(`CREATE DATABASE ${dbName} STRATEGY file_copy`));
afterAll(() => onServer(`DROP DATABASE ${dbName} WITH (FORCE)`));

moduleIntegrationTestRunner<ApiKeyModuleService>({
  moduleName: Modules.API_KEY,
  resolve: require.resolve("../.."),
  dbName,
  moduleOptions: { migrate: true },
  hooks: {
    beforeModuleInit: () => onServer("DROP SCHEMA public CASCADE; CREATE SCHEMA public", dbName),
  },
  testSuite: ({ service }) => {
    describe("[postgres] moduleIntegrationTestRunner", () => {
      it("runs the module's methods", async () => {
        const { token } = await service.createApiKeys(SECRET);

        await expect(service.authenticate(token)).resolves.toMatchObject({ title: "Warehouse" });
      });

      it("starts each test without the keys of the previous one", async () => {
        await expect(service.listApiKeys()).resolves.toEqual([]);
      });

      it("uses fake timers for the revocation of a key", async () => {
        jest.useFakeTimers({ now: new Date("2030-01-01T12:00:00Z") });
        try {
          const { id, token } = await service.createApiKeys(SECRET);
          await service.revoke(id, { revoked_by: "user_ada", revoke_in: 60 });
          jest.advanceTimersByTime(59_999);
          await expect(service.authenticate(token)).resolves.toMatchObject({ id });
          jest.advanceTimersByTime(1);
          await expect(service.authenticate(token)).resolves.toBe(false);
        } finally {
          jest.useRealTimers();
        }
      });
    });
  },
});
