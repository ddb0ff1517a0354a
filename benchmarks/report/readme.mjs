// Writes the figures in README.md between two comments, from results/latest.json only.

import { readFileSync, writeFileSync } from "node:fs";
import { contenderName } from "../scenarios/forged.mjs";
import { NAMES } from "../scenarios/views.mjs";
import { fastest, finder } from "./figures.mjs";
import { alternativesMarkdown } from "./readme-alternatives.mjs";
import { markdownTable, number, ratio } from "./table.mjs";

const README = new URL("../../README.md", import.meta.url);
const BETWEEN = /(?<=<!-- figures of benchmarks\/results\/latest\.json -->\n)[\s\S]*?(?=<!-- end of figures -->)/;

/** Writes the figures of the latest run into README.md; `null` means that there are none. */
export function writeReadme(results) {
  const text = readFileSync(README, "utf8");
  writeFileSync(README, withFigures(text, results));
}

/** Returns whether README.md shows the figures of the latest run. */
export function readmeIsCurrent(results) {
  const text = readFileSync(README, "utf8");
  return text === withFigures(text, results);
}

function withFigures(text, results) {
  if (!BETWEEN.test(text)) throw new Error("README.md lacks the comments around its figures.");
  return text.replace(BETWEEN, () => `\n${results === null ? NONE : figuresMarkdown(results)}\n\n`);
}

const NONE = "No full run has been committed yet; `npm run bench` writes its table here.";

/** Returns the chart, the tables, and the conditions of the measurement. */
function figuresMarkdown({ measuredAt, machine, figures }) {
  const find = finder(figures);
  const head = ["calls a second", "stock", "`pg`'s bare SELECT", "this package", "× stock"];
  const rows = ROWS.flatMap((row) => rowOf(row, find));
  const { processor, cores, memoryGiB, node, postgres, packages, loadAverage, commit } = machine;
  return [
    "![Calls a second by contender](benchmarks/results/latest.svg)",
    "",
    markdownTable(head, rows),
    ...alternativesMarkdown(find),
    "",
    `Medians of a run on ${measuredAt.slice(0, 10)} at commit ${commit}: ${processor}, ${cores} cores shared by Node.js ${node} and PostgreSQL`,
    `${postgres}, ${memoryGiB} GiB, load average ${loadAverage} at the start; stock is \`@medusajs/api-key\` ${packages["@medusajs/api-key"]}.`,
  ].join("\n");
}

const ROWS = [
  ...[1, 64].flatMap((callers) => [
    { title: `\`authenticate\`, warm, ${callersOf(callers)}`, labels: { scenario: "authenticate", callers } },
    {
      title: `the same under a lease, ${callersOf(callers)}`,
      labels: { scenario: "authenticate", callers },
      ours: NAMES.leased,
    },
  ]),
  { title: "`authenticate`, cold, 64 callers", labels: { scenario: "cold" } },
  { title: 'the same with `hashing: "sha256"`', labels: { scenario: "cold" }, ours: NAMES.sha256 },
  {
    title: "`authenticate`, a forged token that looks like a key's, 1 caller",
    labels: { scenario: "forged" },
    stock: contenderName(NAMES.stock, "forged"),
    ours: contenderName(NAMES.strict, "forged"),
  },
  { title: "publishable key by its token, 64 callers", labels: { scenario: "publishable", callers: 64 } },
  {
    title: "the same under a lease, 64 callers",
    labels: { scenario: "publishable", callers: 64 },
    ours: NAMES.leased,
  },
  { title: "95 % `authenticate`, 4 % publishable key, 1 % writes, 64 callers", labels: { scenario: "mix" } },
  { title: "`listApiKeys`, a page of 20, 64 callers", labels: { scenario: "list", callers: 64 } },
  { title: "`createApiKeys`, one publishable, 1 caller", labels: { scenario: "create", batch: 1 } },
  { title: "`createApiKeys`, a hundred publishable, 1 caller", labels: { scenario: "create", batch: 100 } },
  {
    title: '`createApiKeys`, a hundred secrets, `hashing: "sha256"`, 1 caller',
    labels: { scenario: "create-secrets", batch: 100 },
    ours: NAMES.sha256,
  },
];

function callersOf(count) {
  return count === 1 ? "1 caller" : `${count} callers`;
}

// Omits rows that were not measured or that the measured build lacks.
function rowOf({ title, labels, stock = NAMES.stock, ours = NAMES.strict }, find) {
  const rate = (contender) => find({ ...labels, contender });
  const [theirs, bare, own] = [rate(stock), fastest([rate(NAMES.client), rate(NAMES.pool)]), rate(ours)];
  if (!theirs || !own) return [];
  const times = ratio(own.perSecond / theirs.perSecond);
  return [[title, number(theirs.perSecond), bare ? number(bare.perSecond) : "", number(own.perSecond), times]];
}
