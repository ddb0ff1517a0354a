import assert from "node:assert/strict";
import apiKeyModule, { ApiKeyError, ApiKeyModuleService } from "medusa-api-key-native";

// A function, since a bundle in CommonJS cannot await at its top level.
async function main() {
  assert.equal((apiKeyModule.default ?? apiKeyModule).service, ApiKeyModuleService);
  const service = new ApiKeyModuleService({ databaseUrl: "sqlite::memory:" });
  const { id, token } = await service.createApiKeys({ title: "Check", type: "secret", created_by: "matrix" });
  assert.equal((await service.authenticate(token)).id, id);
  await assert.rejects(service.retrieveApiKey("apk_absent"), ApiKeyError);
  await service.close();
  console.log("works");
}

main();
