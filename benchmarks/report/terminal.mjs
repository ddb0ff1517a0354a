// Formats a run's figures for the terminal.

import { NAMES } from "../scenarios/views.mjs";
import { duration, number, ratio, terminalTable } from "./table.mjs";

/** Returns all tables of a run. */
export function terminalReport({ machine, absent, figures, targets }) {
  return [
    [describe(machine), ...absent.map((contender) => `not in this build: ${contender}`)].join("\n"),
    ...groups(figures).map(([title, group]) => `${title}\n${figuresTable(group)}`),
    `Targets\n${targetsTable(targets)}`,
  ].join("\n\n");
}

/** Describes the machine in a few lines. */
export function describe({ processor, cores, memoryGiB, system, loadAverage, node, postgres, packages, commit }) {
  const versions = Object.entries(packages).map(([name, version]) => `${name} ${version}`);
  return [
    `${processor}, ${cores} cores, ${memoryGiB} GiB, ${system}; load average ${loadAverage} when the run began`,
    `Node.js ${node}, PostgreSQL ${postgres} on the same machine, without fsync`,
    versions.join(", "),
    `commit ${commit}`,
  ].join("\n");
}

function groups(figures) {
  const byTitle = new Map();
  for (const figure of figures) {
    const details = [
      figure.call,
      figure.batch && `${figure.batch} per call`,
      figure.count && `${figure.count} ${figure.scenario === "memory" ? "keys" : "tokens"}`,
      figure.callers && `${figure.callers} at a time`,
    ];
    const title = [figure.scenario, ...details].filter(Boolean).join(", ");
    byTitle.set(title, [...(byTitle.get(title) ?? []), figure]);
  }
  return [...byTitle];
}

function figuresTable(figures) {
  const special = TABLES[figures[0].scenario];
  if (special) return special(figures);
  const several = new Set(figures.map(({ keys }) => keys)).size > 1;
  const stock = figures.find(({ contender }) => contender.startsWith(NAMES.stock)) ?? figures[0];
  const head = ["", "calls/s", "p50", "p99", "CPU per call", `× ${stock.contender}`];
  return terminalTable(
    head,
    figures.map(({ contender, keys, median }) => [
      several ? `${contender}, ${number(keys)} keys` : contender,
      number(median.perSecond),
      duration(median.p50Us),
      duration(median.p99Us),
      duration(median.cpuUs),
      ratio(median.perSecond / stock.median.perSecond),
    ]),
  );
}

function delaysTable(figures) {
  const head = ["", "took", "delay p50", "delay p99", "longest", "memory before", "memory more"];
  return terminalTable(
    head,
    figures.map(({ contender, median }) => [
      contender,
      duration(median.elapsedMs * 1000),
      duration(median.delayP50Ms * 1000),
      duration(median.delayP99Ms * 1000),
      duration(median.delayMaxMs * 1000),
      `${number(median.rssBeforeMiB)} MiB`,
      `${number(median.rssMoreMiB)} MiB`,
    ]),
  );
}

function stormTable(figures) {
  const head = ["", "all answered", "p50", "p99", "repeated calls", "delay p99", "longest"];
  return terminalTable(
    head,
    figures.map(({ contender, median }) => [
      contender,
      duration(median.elapsedMs * 1000),
      duration(median.answeredP50Ms * 1000),
      duration(median.answeredP99Ms * 1000),
      number(median.repeated),
      duration(median.delayP99Ms * 1000),
      duration(median.delayMaxMs * 1000),
    ]),
  );
}

function firstAnswersTable(figures) {
  const head = ["", "first answer p50", "p99", `× ${figures[0].contender}`];
  return terminalTable(
    head,
    figures.map(({ contender, median }) => [
      contender,
      duration(median.firstP50Us),
      duration(median.firstP99Us),
      ratio(median.firstP50Us / figures[0].median.firstP50Us),
    ]),
  );
}

function memoryTable(figures) {
  return terminalTable(
    ["", "bytes per key", "of them on JavaScript's heap", "memory before", "memory more"],
    figures.map(({ contender, median }) => [
      contender,
      number(median.bytesPerKey),
      number(median.heapBytesPerKey),
      `${number(median.rssBeforeMiB)} MiB`,
      `${number(median.rssMoreMiB)} MiB`,
    ]),
  );
}

function sizeTable(figures) {
  return terminalTable(
    ["", "size", "gzipped"],
    figures.map(({ file, median }) => [file, `${number(median.sizeMiB)} MiB`, `${number(median.gzippedMiB)} MiB`]),
  );
}

// Scenarios that do not measure calls per second.
function cascadeTable(figures) {
  return terminalTable(
    ["", "descendants", "dry run", "cascade", "longest"],
    figures.map(({ contender, keys, median, rounds }) => [
      contender,
      number(keys),
      duration(median.dryRunMs * 1000),
      duration(median.elapsedMs * 1000),
      duration(Math.max(...rounds.map(({ elapsedMs }) => elapsedMs)) * 1000),
    ]),
  );
}

function callTable(figures) {
  return terminalTable(
    ["", "a call"],
    figures.map(({ contender, median }) => [contender, duration(median.callUs)]),
  );
}

const TABLES = {
  "leased-call": callTable,
  cascade: cascadeTable,
  "event-loop": delaysTable,
  "restart-storm": stormTable,
  "first-answer": firstAnswersTable,
  memory: memoryTable,
  "addon-size": sizeTable,
};

function targetsTable(targets) {
  const mark = { true: "✓", false: "✗", null: "–" };
  return terminalTable(
    ["", "", "target", "measured"],
    targets.map(({ row, target, measured, met }) => [mark[met], row, target, measured]),
  );
}
