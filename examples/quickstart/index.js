// The life cycle of an API key, on an embedded SQLite database. Every step checks its results; the script exits with 1 on failure.
// In your own project, write `require("medusa-api-key-native")` on the first line.

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
  step("Done", `the keys are in ./${DATABASE}; the next run recreates that file`);
}

/** Creates one key of each type and returns the secret one. */
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
  step("List", "lists show only the redacted form of a secret");
  const keys = await service.listApiKeys({}, { order: { title: "ASC" } });
  assert.deepEqual(
    keys.map((key) => key.title),
    ["Storefront", "Warehouse"],
  );
  assert.equal(keys[1].token, "", "a listed secret must not show its token");
  facts(keys.map((key) => [key.title, `${key.redacted}   ${key.type}, ${key.id}`]));
}

async function authenticateTokens(service, key) {
  step("Authenticate", "find the key of a token");
  await accepted(service, key);
  await rejected(service, { token: forged(key.token), redacted: key.redacted }, "forged, with the same redacted form");
}

/** Returns a token that differs from the given one but has the same redacted form. */
function forged(token) {
  const middle = 30;
  return token.slice(0, middle) + (token[middle] === "0" ? "1" : "0") + token.slice(middle + 1);
}

/** Replaces a key, keeps its old token valid for a grace period, and returns the successor. */
async function rollKey(service, key) {
  step("Roll", `a new token now; the old one stays valid for ${GRACE_SECONDS} seconds`);
  const { revoked, created } = await service.rollApiKeys(key.id, {
    revoked_by: "user_ada",
    revoke_in: GRACE_SECONDS,
  });
  fact("new secret", `${created.token}   ← shown this once`);
  await accepted(service, key, "the old one, in its grace period");
  await accepted(service, created, "the new one");
  fact("waiting", `until ${revoked.revoked_at.toISOString()}`);
  // Checked by the clock, because a timer may fire a millisecond early.
  while (Date.now() < revoked.revoked_at.getTime()) await sleep(revoked.revoked_at.getTime() - Date.now() + 1);
  await rejected(service, key, "the old one");
  await accepted(service, created, "the new one");
  return created;
}

async function revokeKey(service, key) {
  step("Revoke", "the new key, permanently");
  const revoked = await service.revoke(key.id, { revoked_by: "user_ada" });
  fact("revoked", `${revoked.redacted} by ${revoked.revoked_by} at ${revoked.revoked_at.toISOString()}`);
  await rejected(service, key, "the same token, a moment later");
}

async function accepted(service, key, which = key.title) {
  const found = await service.authenticate(key.token);
  assert.equal(found.id, key.id, `${key.redacted} must be accepted`);
  fact("✓ accepted", `${key.redacted}   ${which}`);
}

async function rejected(service, key, which) {
  assert.equal(await service.authenticate(key.token), false, `${key.redacted} must be rejected`);
  fact("✗ rejected", `${key.redacted}   ${which}`);
}

main().catch((error) => {
  console.error("\nThe quickstart failed:", error);
  process.exitCode = 1;
});
