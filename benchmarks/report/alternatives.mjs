// The figures of what a user would choose instead of a key, of memory, and of a new service, for docs/benchmarks.md.

import { ASYNC_CONTEXT, PLAIN } from "../scenarios/leased-call.mjs";
import { NAMES } from "../scenarios/views.mjs";
import { markdownTable, number } from "./table.mjs";

const CALLERS = [1, 64];
const CONTENDERS = [
  ...[NAMES.strict, NAMES.leased, NAMES.jwtCached, NAMES.jwt, NAMES.eddsaCached, NAMES.eddsa],
  ...[NAMES.jsonwebtoken, NAMES.betterAuthRead, NAMES.betterAuth],
];

/** Returns lines of Markdown, each block after an empty line; no lines for what was not measured. */
export function alternativesMarkdown(find) {
  return [alternatives(find), leasedCall(find), memory(find), firstAnswers(find)].flatMap((block) =>
    block === null ? [] : ["", block],
  );
}

function alternatives(find) {
  const rows = CONTENDERS.flatMap((contender) => {
    const rates = CALLERS.map((callers) => find({ scenario: "alternatives", contender, callers })?.perSecond);
    return rates.includes(undefined) ? [] : [[contender, ...rates.map(number)]];
  });
  return rows.length === 0
    ? null
    : markdownTable(["whose token is it, calls a second", "1 caller", "64 callers"], rows);
}

function leasedCall(find) {
  const us = (contender, call) => find({ scenario: "leased-call", contender, call })?.callUs;
  const [plain, inContext, jwt] = [
    us(NAMES.leased, PLAIN),
    us(NAMES.leased, ASYNC_CONTEXT),
    us(NAMES.jwtCached, PLAIN),
  ];
  if ([plain, inContext, jwt].includes(undefined)) return null;
  return [
    `In a process that does nothing else, a call of \`authenticate\` under a lease takes ${number(plain)} µs, and \`fast-jwt\` with its cache ${number(jwt)} µs. Where`,
    `\`AsyncLocalStorage\` is in use, as in Medusa, every promise takes longer before Node.js 24: then it takes ${number(inContext)} µs.`,
  ].join("\n");
}

function memory(find) {
  const [leased, sha256] = [NAMES.leased, NAMES.sha256Leased].map((contender) =>
    find({ scenario: "memory", contender }),
  );
  if (!leased || !sha256) return null;
  return `A remembered key takes ${number(leased.bytesPerKey)} bytes under a lease, ${number(sha256.bytesPerKey)} with \`hashing: "sha256"\`: what the process grew by.`;
}

function firstAnswers(find) {
  const ms = (call, contender) => find({ scenario: "first-answer", call, contender })?.firstP50Us / 1_000;
  const [ours, theirs] = [ms("authenticate", NAMES.sha256), ms("authenticate", NAMES.connect)];
  const [ourLookup, theirLookup] = [ms("listApiKeys", NAMES.strict), ms("listApiKeys", NAMES.connect)];
  if ([ours, theirs, ourLookup, theirLookup].some(Number.isNaN)) return null;
  return [
    `A new service takes ${number(ours)} ms until its first answer of \`authenticate\` (with \`sha256\`), ${number(ourLookup)} ms until that of a lookup of a publishable key;`,
    `\`pg\` takes ${number(theirs)} and ${number(theirLookup)} ms to connect and to SELECT the row.`,
  ].join("\n");
}
