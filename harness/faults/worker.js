// One process of a run: it either authenticates, or creates, revokes and rolls its own keys; it reports every call.
//
//   fork(worker.js, [JSON.stringify({ name, role, options, limits, layer })])

const { ApiKeyModuleService } = require("../..");
const { jump, now } = require("./clock.js");
const { layered } = require("./layers.js");

/** The number of most recent keys to authenticate with: revoked ones stay among them for some seconds. */
const TRIED_KEYS = 60;
const AUTHENTICATIONS_AT_ONCE = 4;
const WRITES_AT_ONCE = 3;
/** Keys kept live before the oldest is revoked or rolled: long enough for the authenticating processes to cache it. */
const LIVE_KEYS = 12;
const REPORT_MS = 20;
const PAUSE_MS = { authenticate: 2, write: 25, failed: 30 };

const { name, role, options, limits, layer } = JSON.parse(/** @type {string} */ (process.argv[2]));
const service = new ApiKeyModuleService(options);
const used = layered(service, layer, limits);

/** @type {{ id: string, token: string }[]} */
let tried = [];
/** @type {{ id: string, bornAt: number }[]} */
let own = [];
/** @type {object[]} */
let reports = [];
/** @type {Map<object, { what: string, start: number }>} */
const waiting = new Map();
let count = 0;
let ending = false;

const send = (/** @type {object} */ message) => process.connected && process.send?.(message);
const pause = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));
const pick = (/** @type {any[]} */ list) => list[Math.floor(Math.random() * list.length)];

setInterval(() => {
  const at = now();
  for (const [call, { what, start }] of waiting) {
    if (at - start < limits.deadlineMs + limits.slackMs + 1_000) continue;
    waiting.delete(call);
    reports.push({ type: "waiting", what, start, at });
  }
  if (reports.length > 0) send({ type: "reports", reports });
  reports = [];
}, REPORT_MS);

process.on("disconnect", () => process.exit());
process.on("message", (/** @type {any} */ message) => {
  if (message.type === "keys") tried = [...tried, ...message.keys].slice(-TRIED_KEYS);
  if (message.type === "clock") jump(message.ms);
  if (message.type === "forget") own = own.filter(({ bornAt }) => bornAt < message.since);
  if (message.type === "end") ending = true;
});

/** Waits for the first successful call: a process may start during a fault, when calls rightly reject. */
async function connected(attempts = 20) {
  try {
    await service.listApiKeys({}, { take: 1 });
  } catch (error) {
    if (attempts === 1) throw error;
    await new Promise((resolve) => setTimeout(resolve, 500));
    await connected(attempts - 1);
  }
}

void (async () => {
  await connected();
  send({ type: "ready" });
  const loops = role === "authenticate" ? AUTHENTICATIONS_AT_ONCE : WRITES_AT_ONCE;
  await Promise.all(Array.from({ length: loops }, () => loop(role === "authenticate" ? authenticate : write)));
  send({ type: "memory", hits: (await service.status()).memory.hits });
  await service.close();
  if (reports.length > 0) send({ type: "reports", reports });
  send({ type: "ended" });
  process.disconnect?.();
  process.exit();
})().catch((error) => {
  send({ type: "broken", message: String(error) });
});

/** @param {() => Promise<void>} work */
async function loop(work) {
  while (!ending) await work();
}

/** Runs a call; resolves to its result or error, and the times of its begin and end. @param {string} what @param {(start: number) => Promise<any>} call */
async function timed(what, call) {
  const mark = {};
  const start = now();
  waiting.set(mark, { what, start });
  try {
    const answer = await call(start);
    return { start, end: now(), answer };
  } catch (error) {
    return { start, end: now(), error: /** @type {any} */ (error) };
  } finally {
    waiting.delete(mark);
  }
}

async function authenticate() {
  const key = pick(tried);
  if (!key) return pause(PAUSE_MS.write);
  const { start, end, answer, error } = await timed("authenticate", () => used.authenticate(key.token));
  const outcome = error ? "failed" : answer === false ? "refused" : "accepted";
  reports.push({ type: "authenticated", id: key.id, start, end, outcome, reason: error && String(error) });
  // Cached results resolve without a turn of the event loop, which must still receive the parent's messages.
  await pause(error ? PAUSE_MS.failed : PAUSE_MS.authenticate);
}

async function write() {
  count += 1;
  const op = `${name}.${count}`;
  // The oldest key: many calls have authenticated with its token.
  const key = own.length > LIVE_KEYS ? own.shift() : undefined;
  const kind = key ? pick(["revoke", "roll"]) : "create";
  const { end, answer, error } = await timed(kind, (at) => {
    // Sent before the call, so that the oracle knows the writes of a process that is killed during one.
    send({ type: "begun", op, kind, title: op, id: key?.id, at });
    if (kind === "create") return used.createApiKeys({ title: op, type: "secret", created_by: name });
    if (kind === "revoke") return used.revoke(key?.id, { revoked_by: name });
    return used.rollApiKeys(key?.id, { title: op, revoked_by: name });
  });
  const outcome = error ? (error.outcome === "unknown" ? "unknown" : "rejected") : "done";
  const created = kind === "roll" ? answer?.created : kind === "create" ? answer : undefined;
  if (created) own.push({ id: created.id, bornAt: end });
  const shown = created && { id: created.id, token: created.token };
  send({ type: "done", op, at: end, outcome, key: shown, reason: error && String(error) });
  await pause(error ? PAUSE_MS.failed : PAUSE_MS.write);
}
