// Uses the package that is installed where this file is: creates keys on SQLite, finds them by their tokens, and closes.

const assert = require("node:assert/strict");
const { ApiKeyModuleService } = require("medusa-api-key-native");

async function main() {
  const service = new ApiKeyModuleService({ databaseUrl: "sqlite::memory:" });
  const { id, token } = await service.createApiKeys({ title: "Smoke", type: "secret", created_by: "release" });
  const found = await service.authenticate(token);
  assert.equal(found.id, id);
  assert.equal(await service.authenticate(`${token}0`), false);
  await service.close();
  console.log("works");
}

main();
