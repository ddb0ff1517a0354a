// Uses some keys and prints what the audit log has about them.

const { ApiKeyModuleService } = require("medusa-api-key-native");
const { Client } = require("pg");
const { AuditLog } = require("./audit-log");

const { DATABASE_URL } = process.env;

async function main() {
  if (!DATABASE_URL) throw new Error("Set DATABASE_URL: postgres://user:password@host:5432/database");
  const service = new ApiKeyModuleService({ databaseUrl: DATABASE_URL });
  const log = new AuditLog(DATABASE_URL);
  await log.start();

  const old = await service.createApiKeys({ title: "CI", type: "secret", created_by: "user_ada" });
  const { created } = await service.rollApiKeys(old.id, { revoked_by: "user_ada" });
  await service.authenticate(old.token);
  await service.authenticate(created.token);
  await service.revoke(created.id, { revoked_by: "user_bob" });
  await service.verify("sk_not-a-token");

  await log.stop();
  await service.close();
  await print([old.id, created.id]);
}

async function print(ids) {
  const client = new Client({ connectionString: DATABASE_URL });
  await client.connect();
  const { rows } = await client.query("SELECT * FROM api_key_audit ORDER BY id DESC LIMIT 5");
  await client.end();
  const nameOf = (id) => ["the old key", "the new key"][ids.indexOf(id)] ?? "no key";
  for (const { name, method, keyId, actor, reason } of rows.reverse()) {
    console.log([name, method, nameOf(keyId), actor ?? reason].join(" | "));
  }
}

main();
