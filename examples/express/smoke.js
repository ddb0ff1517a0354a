// Starts the server with its own database, calls every route over HTTP, checks the responses, and stops it.
// `node smoke.js` exits with 0 if all checks pass.

const assert = require("node:assert/strict");
const { setTimeout: sleep } = require("node:timers/promises");
const { copyExample, runScript, startServer } = require("./smoke-server.js");

const GRACE_SECONDS = 3;

async function main() {
  const copy = copyExample();
  try {
    const token = await runScript(copy.directory, "create-key.js", "Smoke");
    assert.match(token, /^sk_[0-9a-f]{64}$/);
    const server = await startServer(copy.directory);
    try {
      await callEverything(server.url, token);
    } finally {
      await stopped(server);
    }
  } finally {
    copy.remove();
  }
  console.log("All checks of the example passed.");
}

async function callEverything(url, token) {
  const call = caller(url);
  const asAdmin = (method, path, body) => call(method, path, { authorization: `Bearer ${token}`, body });

  await check("requests without a valid key are rejected", () => rejectsInvalidKeys(call));
  await check("a protected route accepts a secret key in every supported form", () => acceptsSecretKeys(call, token));
  const key = await check("POST /api-keys creates a key", () => createsKeys(asAdmin));
  await check("GET /api-keys lists keys without their secrets", () => listsKeys(asAdmin, key));
  await check("POST /api-keys/verify accepts valid tokens and rejects others", () => verifiesTokens(asAdmin, key));
  const successor = await check("POST /api-keys/:id/roll replaces a key after a grace period", () =>
    rollsKeys(asAdmin, key),
  );
  await check("POST /api-keys/:id/revoke revokes a key", () => revokesKeys(asAdmin, call, successor));
  await check("invalid requests get Medusa's statuses", () => rejectsInvalidRequests(asAdmin, call, token, successor));
}

async function rejectsInvalidKeys(call) {
  for (const authorization of [undefined, "Bearer sk_forged", "Basic %%%", "Digest x"]) {
    const answer = await call("GET", "/whoami", { authorization });
    assert.equal(answer.status, 401);
    assert.equal(answer.body.type, "unauthorized");
    assert.match(answer.headers.get("www-authenticate"), /^Basic /);
  }
  assert.equal((await call("GET", "/api-keys", {})).status, 401);
  assert.equal((await call("POST", "/api-keys", { body: { title: "Mine", type: "secret" } })).status, 401);
}

async function acceptsSecretKeys(call, token) {
  const encoded = Buffer.from(`${token}:`).toString("base64");
  for (const authorization of [`Bearer ${token}`, `Basic ${token}`, `Basic ${encoded}`]) {
    const answer = await call("GET", "/whoami", { authorization });
    assert.equal(answer.status, 200);
    assert.equal(answer.body.title, "Smoke");
    assert.equal(answer.body.redacted, `${token.slice(0, 6)}***${token.slice(-3)}`);
  }
}

async function createsKeys(asAdmin) {
  const publishable = await asAdmin("POST", "/api-keys", { title: "Storefront", type: "publishable" });
  assert.equal(publishable.status, 201);
  assert.match(publishable.body.api_key.token, /^pk_[0-9a-f]{64}$/);
  const secret = await asAdmin("POST", "/api-keys", { title: "Warehouse", type: "secret" });
  assert.equal(secret.status, 201);
  assert.match(secret.body.api_key.token, /^sk_[0-9a-f]{64}$/);
  assert.equal(secret.headers.get("cache-control"), "no-store");
  return secret.body.api_key;
}

async function listsKeys(asAdmin, key) {
  const all = await asAdmin("GET", "/api-keys?limit=2");
  assert.equal(all.status, 200);
  assert.equal(all.body.count, 3);
  assert.equal(all.body.api_keys.length, 2);
  const found = await asAdmin("GET", "/api-keys?q=ware&type=secret");
  assert.equal(found.body.count, 1);
  assert.equal(found.body.api_keys[0].id, key.id);
  assert.equal(found.body.api_keys[0].token, "");
}

async function verifiesTokens(asAdmin, key) {
  assert.equal(await isAuthenticated(asAdmin, key.token), true);
  assert.equal(await isAuthenticated(asAdmin, `${key.token}x`), false);
  assert.equal(await isAuthenticated(asAdmin, undefined), false);
}

async function rollsKeys(asAdmin, key) {
  const answer = await asAdmin("POST", `/api-keys/${key.id}/roll`, { revoke_in: GRACE_SECONDS });
  assert.equal(answer.status, 200);
  const { api_key: successor, revoked_api_key: revoked } = answer.body;
  assert.equal(successor.title, key.title);
  assert.equal(revoked.id, key.id);
  assert.equal(await isAuthenticated(asAdmin, key.token), true);
  assert.equal(await isAuthenticated(asAdmin, successor.token), true);
  const end = Date.parse(revoked.revoked_at);
  while (Date.now() < end) await sleep(end - Date.now() + 1);
  assert.equal(await isAuthenticated(asAdmin, key.token), false);
  return successor;
}

async function revokesKeys(asAdmin, call, key) {
  const authorization = `Bearer ${key.token}`;
  assert.equal((await call("GET", "/whoami", { authorization })).status, 200);
  const answer = await asAdmin("POST", `/api-keys/${key.id}/revoke`);
  assert.equal(answer.status, 200);
  assert.equal(answer.body.api_key.id, key.id);
  assert.ok(Date.parse(answer.body.api_key.revoked_at) <= Date.now());
  assert.equal((await call("GET", "/whoami", { authorization })).status, 401);
}

async function rejectsInvalidRequests(asAdmin, call, token, revoked) {
  assert.deepEqual(await errorOf(asAdmin("POST", "/api-keys", { title: "No type" })), [400, "invalid_data"]);
  assert.deepEqual(await errorOf(asAdmin("POST", `/api-keys/${revoked.id}/revoke`)), [400, "invalid_data"]);
  assert.deepEqual(await errorOf(asAdmin("POST", "/api-keys/apk_nobody/roll")), [404, "not_found"]);
  assert.deepEqual(await errorOf(asAdmin("GET", "/api-keys?limit=many")), [400, "invalid_data"]);
  assert.deepEqual(await errorOf(asAdmin("GET", "/elsewhere")), [404, "not_found"]);
  const broken = call("POST", "/api-keys", { authorization: `Bearer ${token}`, text: "{" });
  assert.deepEqual(await errorOf(broken), [400, "invalid_data"]);
}

async function isAuthenticated(asAdmin, token) {
  const answer = await asAdmin("POST", "/api-keys/verify", { token });
  assert.equal(answer.status, 200);
  return answer.body.is_authenticated;
}

async function errorOf(answer) {
  const { status, body } = await answer;
  return [status, body.type];
}

function caller(url) {
  return async (method, path, { authorization, body, text = JSON.stringify(body) }) => {
    const headers = { "Content-Type": "application/json", ...(authorization && { Authorization: authorization }) };
    const response = await fetch(url + path, { method, headers, body: text });
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
}

async function check(what, work) {
  try {
    const result = await work();
    console.log(`✓ ${what}`);
    return result;
  } catch (error) {
    console.log(`✗ ${what}`);
    throw error;
  }
}

// On Windows a signal kills the process immediately, so its exit code is meaningless there.
async function stopped(server) {
  const code = await server.stop();
  if (process.platform !== "win32") assert.equal(code, 0, "the server must stop cleanly");
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
