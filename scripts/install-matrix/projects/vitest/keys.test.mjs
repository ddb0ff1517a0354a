import { ApiKeyError, ApiKeyModuleService } from "medusa-api-key-native";
import { expect, test } from "vitest";

test("a key is found by its token", async () => {
  const service = new ApiKeyModuleService({ databaseUrl: "sqlite::memory:" });
  const { id, token } = await service.createApiKeys({ title: "Check", type: "secret", created_by: "matrix" });
  expect(await service.authenticate(token)).toMatchObject({ id });
  await expect(service.retrieveApiKey("apk_absent")).rejects.toBeInstanceOf(ApiKeyError);
  await service.close();
});
