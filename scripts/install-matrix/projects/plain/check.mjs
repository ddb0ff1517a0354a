import assert from "node:assert/strict";
import apiKeyModule, { ApiKeyError, ApiKeyModuleService } from "medusa-api-key-native";

assert.equal((apiKeyModule.default ?? apiKeyModule).service, ApiKeyModuleService);
const service = new ApiKeyModuleService({ databaseUrl: "sqlite::memory:" });
const { id, token } = await service.createApiKeys({ title: "Check", type: "secret", created_by: "matrix" });
assert.equal((await service.authenticate(token)).id, id);
await assert.rejects(service.retrieveApiKey("apk_absent"), ApiKeyError);
await service.close();
console.log("works");
