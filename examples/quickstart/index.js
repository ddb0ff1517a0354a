// The life of an API key, on an embedded SQLite database. Every step checks what it shows; the exit code tells.
// In a project of yours the first line reads `require("medusa-api-key-native")`.

const { ApiKeyModuleService } = require("../../index.js");
const assert = require("node:assert/strict");
const { rmSync } = require("node:fs");
const { setTimeout: sleep } = require("node:timers/promises");
const { facts, fact, step } = require("./report.js");

const DATABASE = "quickstart.db";
const GRACE_SECONDS = 3;

async function main() {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(DATABASE + suffix, { force: true });
  const service = new ApiKeyModuleService({ databaseUrl: `sqlite:${DATABASE}` });
  try {
    const key = await createKeys(service);
    await listKeys(service);
    await authenticateTokens(service, key);
    const successor = await rollKey(service, key);
    await revokeKey(service, successor);
  } finally {
    await service.close();
  }
  step("Done", `the keys are in ./${DATABASE}, this run's own; the next run starts it afresh`);
}

/** Creates one key of each type and answers the secret one. */
async function createKeys(service) {
  step("Create", "a publishable key for a storefront, a secret key for an integration");
  const [publishable, secret] = await service.createApiKeys([
    { title: "Storefront", type: "publishable", created_by: "user_ada" },
    { title: "Warehouse", type: "secret", created_by: "user_ada" },
  ]);
  assert.match(publishable.token, /^pk_[0-9a-f]{64}$/);
  assert.match(secret.token, /^sk_[0-9a-f]{64}$/);
  facts([
    ["publishable", publishable.token],
    ["secret", `${secret.token}   ← shown this once`],
  ]);
  return secret;
}

async function listKeys(service) {
  step("List", "from now on a secret is only known by its redacted form");
  const keys = await service.listApiKeys({}, { order: { title: "ASC" } });
  assert.deepEqual(
    keys.map((key) => key.title),
    ["Storefront", "Warehouse"],
  );
  assert.equal(keys[1].token, "", "a listed secret must not show its token");
  facts(keys.map((key) => [key.title, `${key.redacted}   ${key.type}, ${key.id}`]));
}

async function authenticateTokens(service, key) {
  step("Authenticate", "who is calling?");
  await accepted(service, key);
  await refused(service, { token: forged(key.token), redacted: key.redacted }, "forged, though it looks the same");
}

/** A token that differs from the given one only where its redacted form does not show. */
function forged(token) {
  const middle = 30;
  return token.slice(0, middle) + (token[middle] === "0" ? "1" : "0") + token.slice(middle + 1);
}

/** Replaces a key, its old token valid for a while, and answers the successor. */
async function rollKey(service, key) {
  step("Roll", `a new token now, the old one good for another ${GRACE_SECONDS} seconds`);
  const { revoked, created } = await service.rollApiKeys(key.id, {
    revoked_by: "user_ada",
    revoke_in: GRACE_SECONDS,
  });
  fact("new secret", `${created.token}   ← shown this once`);
  await accepted(service, key, "the old one, in its grace period");
  await accepted(service, created, "the new one");
  fact("waiting", `until ${revoked.revoked_at.toISOString()}`);
  // A timer may fire a millisecond early; the clock decides.
  while (Date.now() < revoked.revoked_at.getTime()) await sleep(revoked.revoked_at.getTime() - Date.now() + 1);
  await refused(service, key, "the old one");
  await accepted(service, created, "the new one");
  return created;
}

async function revokeKey(service, key) {
  step("Revoke", "the new key, for good");
  const revoked = await service.revoke(key.id, { revoked_by: "user_ada" });
  fact("revoked", `${revoked.redacted} by ${revoked.revoked_by} at ${revoked.revoked_at.toISOString()}`);
  await refused(service, key, "the same token, a moment later");
}

async function accepted(service, key, which = key.title) {
  const found = await service.authenticate(key.token);
  assert.equal(found.id, key.id, `${key.redacted} must be accepted`);
  fact("✓ accepted", `${key.redacted}   ${which}`);
}

async function refused(service, key, which) {
  assert.equal(await service.authenticate(key.token), false, `${key.redacted} must be refused`);
  fact("✗ refused", `${key.redacted}   ${which}`);
}

main().catch((error) => {
  console.error("\nThe quickstart failed:", error);
  process.exitCode = 1;
});
