const assert = require("node:assert/strict");
const { default: apiKeyModule, ApiKeyModuleService, ApiKeyError } = require("medusa-api-key-native");

async function main() {
  assert.equal(apiKeyModule.service, ApiKeyModuleService);
  const service = new ApiKeyModuleService({ databaseUrl: "sqlite::memory:" });
  const { id, token } = await service.createApiKeys({ title: "Check", type: "secret", created_by: "matrix" });
  assert.equal((await service.authenticate(token)).id, id);
  assert.equal(await service.authenticate(`${token.slice(0, -1)}x`), false);
  await assert.rejects(service.retrieveApiKey("apk_absent"), ApiKeyError);
  await service.close();
  console.log("works");
}

main();
