// The figures in docs/benchmarks.md: the chart, the tables, and the conditions of the measurement.

import { contenderName } from "../scenarios/forged.mjs";
import { NAMES } from "../scenarios/views.mjs";
import { alternativesMarkdown } from "./alternatives.mjs";
import { fastest, finder } from "./figures.mjs";
import { markdownTable, number, ratio } from "./table.mjs";

const NONE = "No full run has been committed yet; `npm run bench` writes its table here.";

/** Returns the Markdown of a run; `null` means that there is none. */
export function benchmarksMarkdown(results) {
  if (results === null) return NONE;
  const { measuredAt, machine, figures } = results;
  const find = finder(figures);
  const head = ["calls a second", "stock", "`pg`'s bare SELECT", "this package", "× stock"];
  const rows = ROWS.flatMap((row) => rowOf(row, find));
  const { processor, cores, memoryGiB, node, postgres, packages, loadAverage, commit } = machine;
  return [
    "![Calls a second by contender](../benchmarks/results/latest.svg)",
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
