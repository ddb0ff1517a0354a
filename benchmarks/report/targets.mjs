// The project's performance targets. A missed target is printed and fails nothing: times depend on the machine.

import { contenderName } from "../scenarios/forged.mjs";
import { ASYNC_CONTEXT, PLAIN } from "../scenarios/leased-call.mjs";
import { NAMES } from "../scenarios/views.mjs";
import { fastest, finder } from "./figures.mjs";
import { number, ratio } from "./table.mjs";

/**
 * Compares figures with the targets. Returns one entry per target: `{ row, target, measured, value, met }`. `met` is null if the run did
 * not measure it, or if there is no limit; `absent` lists contenders that this build lacks.
 */
export function evaluateTargets(figures, absent) {
  const find = finder(figures);
  return TARGETS.map(({ row, target, value, atLeast, atMost, shown = ratio, of }) => {
    const measured = value(find, figures);
    if (measured === null) {
      const why = absent.includes(of) ? "not in this build" : "not measured";
      return { row, target, measured: why, value: null, met: null };
    }
    const met = atLeast !== undefined ? measured >= atLeast : atMost !== undefined ? measured <= atMost : null;
    return { row, target, measured: shown(measured), value: measured, met };
  });
}

const times = (ours, theirs, member = "perSecond") => (ours && theirs ? ours[member] / theirs[member] : null);
const warm = (contender, callers) => ({ scenario: "authenticate", contender, callers });
const published = (contender) => ({ scenario: "publishable", contender, callers: 64 });
const against =
  (labels, contender = NAMES.strict) =>
  (find) =>
    times(find({ ...labels, contender }), find({ ...labels, contender: NAMES.stock }));
const called = (contender, call) => ({ scenario: "leased-call", contender, call });
const calledUs = (find, call) => find(called(NAMES.leased, call))?.callUs ?? null;
const selects = (find, callers) => [find(warm(NAMES.client, callers)), find(warm(NAMES.pool, callers))];

const TARGETS = [
  {
    row: "authenticate, warm, strict, 64 callers",
    target: "≥ 1,000 × stock",
    value: against({ scenario: "authenticate", callers: 64 }),
    atLeast: 1_000,
  },
  {
    row: "authenticate, warm, strict, 64 callers",
    target: "≥ 3 × the faster of pg's ways",
    value: (find) => times(find(warm(NAMES.strict, 64)), fastest(selects(find, 64))),
    atLeast: 3,
  },
  {
    row: "authenticate, warm, strict, 1 caller",
    target: "≥ 250 × stock",
    value: against({ scenario: "authenticate", callers: 1 }),
    atLeast: 250,
  },
  {
    row: "authenticate, warm, strict, 1 caller, median latency",
    target: "≤ 1.05 × pg's named prepared SELECT",
    value: (find) => times(find(warm(NAMES.strict, 1)), find(warm(NAMES.client, 1)), "p50Us"),
    atMost: 1.05,
  },
  {
    row: "authenticate, warm, leased, 64 callers",
    of: NAMES.leased,
    target: "≥ 8,000 × stock",
    value: (find) => times(find(warm(NAMES.leased, 64)), find(warm(NAMES.stock, 64))),
    atLeast: 8_000,
  },
  {
    row: "authenticate, warm, leased, a call on the JS thread",
    of: NAMES.leased,
    target: "≤ 1 µs",
    value: (find) => calledUs(find, PLAIN),
    atMost: 1,
    shown: (us) => `${number(us)} µs`,
  },
  {
    row: "the same while AsyncLocalStorage is in use",
    of: NAMES.leased,
    target: "none, the process's promises are slower",
    value: (find) => calledUs(find, ASYNC_CONTEXT),
    shown: (us) => `${number(us)} µs`,
  },
  {
    row: "authenticate, warm, leased, a call on the JS thread",
    of: NAMES.leased,
    target: "≤ the time of fast-jwt with its cache",
    value: (find) => times(find(called(NAMES.leased, PLAIN)), find(called(NAMES.jwtCached, PLAIN)), "callUs"),
    atMost: 1,
  },
  {
    row: "authenticate, warm, leased, 1 caller",
    of: NAMES.leased,
    target: "≥ fast-jwt with its cache",
    value: (find) => {
      const of = (contender) => find({ scenario: "alternatives", contender, callers: 1 });
      return times(of(NAMES.leased), fastest([of(NAMES.jwtCached), of(NAMES.eddsaCached)]));
    },
    atLeast: 1,
  },
  {
    row: "authenticate, cold, 64 callers",
    target: "≥ 1.8 × stock",
    value: against({ scenario: "cold" }),
    atLeast: 1.8,
  },
  {
    row: "authenticate, cold, sha256, 64 callers",
    target: "≥ 0.8 × warm, strict",
    value: (find) => {
      const of = (contender) => find({ scenario: "cold", contender });
      return times(of(NAMES.sha256), of(NAMES.sha256Warm));
    },
    atLeast: 0.8,
  },
  {
    row: "authenticate, cold, sha256, 64 callers",
    target: "≥ 300 × stock",
    value: against({ scenario: "cold" }, NAMES.sha256),
    atLeast: 300,
  },
  {
    row: "a restart storm, sha256, until all are answered",
    target: "≤ 2 s",
    value: (find) => find({ scenario: "restart-storm", contender: NAMES.sha256 })?.elapsedMs ?? null,
    atMost: 2_000,
    shown: (ms) => `${number(ms)} ms`,
  },
  {
    row: "createApiKeys, a hundred secrets, sha256",
    target: "≥ 20 × stock",
    value: against({ scenario: "create-secrets" }, NAMES.sha256),
    atLeast: 20,
  },
  {
    row: "a forged token with a known redacted form, processor time",
    target: "≤ 2 × a random token",
    value: (find) => {
      const of = (kind) => find({ scenario: "forged", contender: contenderName(NAMES.strict, kind) });
      return times(of("forged"), of("random"), "cpuUs");
    },
    atMost: 2,
  },
  {
    row: "authenticate, warm, strict, SQLite file, 1 caller",
    target: "≥ a prepared get of libsql",
    value: (find) => {
      const of = (contender) => find({ scenario: "sqlite", contender, callers: 1 });
      return times(of(NAMES.strict), of(NAMES.get));
    },
    atLeast: 1,
  },
  {
    row: "publishable lookup by token, strict, 64 callers",
    target: "≥ 10 × stock",
    value: against({ scenario: "publishable", callers: 64 }),
    atLeast: 10,
  },
  {
    row: "publishable lookup by token, leased, 64 callers",
    of: NAMES.leased,
    target: "≥ 200 × stock",
    value: (find) => times(find(published(NAMES.leased)), find(published(NAMES.stock))),
    atLeast: 200,
  },
  {
    row: "listApiKeys, a page of 20, 64 callers",
    target: "≥ 6 × stock",
    value: against({ scenario: "list", callers: 64 }),
    atLeast: 6,
  },
  {
    row: "createApiKeys, one publishable",
    target: "≥ 4 × stock",
    value: against({ scenario: "create", batch: 1 }),
    atLeast: 4,
  },
  {
    row: "createApiKeys, a hundred publishable",
    target: "≥ 4 × stock",
    value: against({ scenario: "create", batch: 100 }),
    atLeast: 4,
  },
  {
    row: "revoke with cascade, the slowest of its shapes on both databases",
    target: "≤ 2 s for 100,000 descendants",
    value: (_, figures) => {
      const cascades = figures.filter(({ scenario }) => scenario === "cascade");
      return cascades.length === 0 ? null : Math.max(...cascades.map(({ median }) => median.elapsedMs));
    },
    atMost: 2_000,
    shown: (ms) => `${number(ms)} ms`,
  },
  ...[1, 64].map((callers) => ({
    row: `authenticate, warm, strict, the largest table against the smallest, ${callers === 1 ? "1 caller" : "64 callers"}`,
    target: "≤ 1.2 × the time",
    value: (find, figures) => {
      const sizes = figures.filter(({ scenario }) => scenario === "scale").map(({ keys }) => keys);
      const of = (keys) => find({ scenario: "scale", contender: NAMES.strict, callers, keys });
      return times(of(Math.min(...sizes)), of(Math.max(...sizes)));
    },
    atMost: 1.2,
  })),
  {
    row: "event loop while cold tokens queue, 99th percentile of its delay",
    target: "≤ 10 ms",
    value: (find) => find({ scenario: "event-loop", contender: NAMES.strict })?.delayP99Ms ?? null,
    atMost: 10,
    shown: (ms) => `${number(ms)} ms`,
  },
  {
    row: "memory a remembered key, leased, all in",
    of: NAMES.leased,
    target: "≤ 350 B",
    value: (find) => find({ scenario: "memory", contender: NAMES.leased })?.bytesPerKey ?? null,
    atMost: 350,
    shown: (bytes) => `${number(bytes)} B`,
  },
  ...[
    ["authenticate", "authenticate, sha256", NAMES.sha256],
    ["listApiKeys", "a publishable key by its token", NAMES.strict],
  ].map(([call, title, contender]) => ({
    row: `first answer of a new service, ${title}`,
    target: "≤ 1.3 × pg's connect and SELECT",
    value: (find) => {
      const of = (contender) => find({ scenario: "first-answer", call, contender });
      return times(of(contender), of(NAMES.connect), "firstP50Us");
    },
    atMost: 1.3,
  })),
  {
    row: "size of the addon in this build",
    target: "none; npm run release limits it",
    value: (find) => find({ scenario: "addon-size" })?.sizeMiB ?? null,
    shown: (mebibytes) => `${number(mebibytes)} MiB`,
  },
];
