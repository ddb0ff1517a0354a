// The service that keeps the API keys, and what an owner may do with its own.

const { ApiKeyModuleService } = require("medusa-api-key-native");

function openKeys(databaseUrl = "sqlite:api-keys.db") {
  return new ApiKeyModuleService({ databaseUrl, hashing: "sha256" });
}

/** Creates a key for the owner of another key. It cannot have more scopes than that one, which is its creator. */
function createKey(keys, creator, { title, scopes }) {
  return keys.createApiKeys({
    title,
    type: "secret",
    created_by: creator.id,
    owner: creator.owner,
    ...(scopes === undefined ? {} : { scopes }),
  });
}

function listKeys(keys, owner) {
  return keys.listApiKeys({ owner, type: "secret" }, { order: { created_at: "DESC" }, take: 100 });
}

/** Revokes a key if it has this owner; returns whether it has. */
async function revokeKey(keys, { owner, id: revokedBy }, id) {
  const [key] = await keys.listApiKeys({ id, owner });
  if (key === undefined) return false;
  await keys.revoke(id, { revoked_by: revokedBy });
  return true;
}

module.exports = { openKeys, createKey, listKeys, revokeKey };
