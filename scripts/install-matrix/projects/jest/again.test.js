const { ApiKeyError, ApiKeyModuleService } = require("medusa-api-key-native");

test("a key is found by its token", async () => {
  const service = new ApiKeyModuleService({ databaseUrl: "sqlite::memory:" });
  const { id, token } = await service.createApiKeys({ title: "Check", type: "secret", created_by: "matrix" });
  expect(await service.authenticate(token)).toMatchObject({ id });
  await expect(service.retrieveApiKey("apk_absent")).rejects.toBeInstanceOf(ApiKeyError);
  await expect(service.createApiKeys({ title: 1 })).rejects.toBeInstanceOf(Error);
  await service.close();
});
