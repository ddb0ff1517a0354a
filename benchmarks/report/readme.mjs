// The three figures in README.md, with their conditions and the chart.

import { NAMES } from "../scenarios/views.mjs";
import { fastest, finder } from "./figures.mjs";
import { duration, markdownTable, number, ratio } from "./table.mjs";

const NONE = "No full run has been committed yet; `npm run bench` writes its figures here.";

/** Returns the Markdown of the figures; `null` stands for a run that has not been committed. */
export function readmeMarkdown(latest, medusaHttp) {
  const rows = [...requestRows(medusaHttp), ...callRows(latest)];
  if (rows.length === 0) return NONE;
  const { processor, cores, memoryGiB, node, postgres, packages } = (latest ?? medusaHttp).machine;
  const dates = [...new Set([latest, medusaHttp].flatMap((run) => run?.measuredAt.slice(0, 10) ?? []))].sort();
  return [
    markdownTable(["", "Medusa's module", "this package"], rows),
    "",
    "![Calls a second by contender](benchmarks/results/latest.svg)",
    "",
    `Measured on ${dates.join(" and ")}: ${processor}, ${cores} cores that Node.js ${node} and PostgreSQL ${postgres} share, ${memoryGiB} GiB;`,
    `\`@medusajs/api-key\` ${packages["@medusajs/api-key"]}. Compare the ratios: absolute figures depend on the machine.`,
  ].join("\n");
}

function requestRows(results) {
  if (results === null) return [];
  const find = finder(results.figures);
  const [theirs, ours] = ["stock", "ours"].map((side) => find({ contender: `${side}, secret key`, callers: 1 }));
  if (!theirs || !ours) return [];
  const shown = ({ perSecond, p50Us }) => `${duration(p50Us)}, ${number(perSecond)} a second`;
  return [["a request to a whole Medusa server with a secret key, one at a time", shown(theirs), shown(ours)]];
}

function callRows(results) {
  if (results === null) return [];
  const find = finder(results.figures);
  const rate = (contender, callers) => find({ scenario: "authenticate", contender, callers })?.perSecond;
  const pg = fastest(
    [NAMES.client, NAMES.pool].map((contender) => find({ scenario: "authenticate", contender, callers: 64 })),
  );
  const bare = pg === null ? "" : ` (a bare SELECT with \`pg\`: ${number(pg.perSecond)})`;
  return [
    ["`authenticate`, 64 callers, every result read from PostgreSQL", NAMES.strict, 64, bare],
    ["`authenticate`, 1 caller, from memory, at most 1 s old", NAMES.leased, 1, ""],
  ].flatMap(([title, contender, callers, remark]) => {
    const [theirs, ours] = [rate(NAMES.stock, callers), rate(contender, callers)];
    if (!theirs || !ours) return [];
    return [[title, `${number(theirs)} a second`, `${number(ours)} a second${remark}, ${ratio(ours / theirs)}`]];
  });
}
