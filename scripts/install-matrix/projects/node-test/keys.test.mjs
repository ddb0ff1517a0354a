import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiKeyError, ApiKeyModuleService } from "medusa-api-key-native";

test("a key is found by its token", async () => {
  const service = new ApiKeyModuleService({ databaseUrl: "sqlite::memory:" });
  const { id, token } = await service.createApiKeys({ title: "Check", type: "secret", created_by: "matrix" });
  assert.equal((await service.authenticate(token)).id, id);
  await assert.rejects(service.retrieveApiKey("apk_absent"), ApiKeyError);
  await service.close();
});
