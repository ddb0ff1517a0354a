// A process that makes the calls that its parent asks for and tells it everything that comes of them: answers and errors in full,
// what the event bus, the logger and the diagnostics channels hear. What it prints, the parent hears by itself.

const crypto = require("node:crypto");
const { subscribe } = require("node:diagnostics_channel");
const { inspect } = require("node:util");
const { ApiKeyModuleService } = require("../..");

const NOTICES = [
  "lease.held",
  "lease.lost",
  "readBatcher.lost",
  "readBatcher.reconnected",
  "queue.full",
  "hashKey.unknown",
  ...["key.created", "key.rolled", "key.revoked", "key.verified", "key.refused"],
];
const EVERYTHING = { depth: null, showHidden: true, getters: true, breakLength: Number.POSITIVE_INFINITY };
const UNCUT = { ...EVERYTHING, maxArrayLength: null, maxStringLength: null };

/** Whose own answer is the one place where a token may stand. */
const CREATE = new Set(["createApiKeys", "create", "upsertApiKeys", "rollApiKeys"]);

const { randomBytes } = crypto;
const tokens = new Set();
let service;
let busFails = false;

const say = (source, what) => process.send({ source, text: write(what) });
const logger = Object.fromEntries(
  ["debug", "info", "warn", "error"].map((level) => [level, (...args) => say("log", [level, ...args])]),
);
const event_bus = {
  emit: async (...args) => {
    if (busFails) throw new Error("The bus is down.");
    say("event", args);
  },
};

const ASKED = {
  open: ({ options, inMedusa }) => {
    try {
      service = inMedusa
        ? new ApiKeyModuleService({ logger, event_bus }, options, {})
        : new ApiKeyModuleService(options);
    } catch (error) {
      say("error", error);
    }
  },
  call: ({ method, args, functions }) => {
    for (const position of functions) args[position] = () => undefined;
    return call(method, args);
  },
  bus: ({ fails }) => {
    busFails = fails;
  },
  /** Randomness that repeats itself makes tokens that are equal. */
  randomness: ({ repeats }) => {
    const drawn = {};
    crypto.randomBytes = repeats
      ? (size) => {
          drawn[size] ??= randomBytes(size);
          return drawn[size];
        }
      : randomBytes;
  },
};

for (const name of NOTICES) subscribe(`medusa-api-key-native:${name}`, (notice) => say("notice", notice));
process.on("warning", (warning) => say("log", warning));
process.on("message", async ({ number, ask, ...what }) => process.send({ number, ...(await ASKED[ask](what)) }));
console.log("Standard output is heard.");
console.error("Standard error is heard.");

async function call(method, args) {
  try {
    const answer = await service[method](...args);
    const told = structuredClone(answer);
    const created = CREATE.has(method) ? [answer, answer?.created].flat().flatMap((key) => takeToken(key)) : [];
    say("answer", answer);
    return { answer: told, created };
  } catch (error) {
    say("error", error);
    return { failure: error.type ?? error.name, created: [] };
  }
}

/** Takes a secret key's token out of the answer that shows it for the first time. */
function takeToken(key) {
  const token = key?.token;
  if (!token?.startsWith("sk_") || tokens.has(token)) return [];
  tokens.add(token);
  key.token = "(the token)";
  return [token];
}

function write(what) {
  const asError =
    what instanceof Error ? `${what} ${what.stack} ${JSON.stringify(Object.getOwnPropertyDescriptors(what))}` : "";
  return `${inspect(what, UNCUT)} ${JSON.stringify(what)} ${asError}`;
}
