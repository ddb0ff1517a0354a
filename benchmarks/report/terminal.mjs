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
      figure.batch && `${figure.batch} per call`,
      figure.count && `${figure.count} tokens`,
      figure.callers && `${figure.callers} at a time`,
    ];
    const title = [figure.scenario, ...details].filter(Boolean).join(", ");
    byTitle.set(title, [...(byTitle.get(title) ?? []), figure]);
  }
  return [...byTitle];
}

function figuresTable(figures) {
  if (figures[0].scenario === "event-loop") return delaysTable(figures);
  if (figures[0].scenario === "restart-storm") return stormTable(figures);
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

function targetsTable(targets) {
  const mark = { true: "✓", false: "✗", null: "–" };
  return terminalTable(
    ["", "", "target", "measured"],
    targets.map(({ row, target, measured, met }) => [mark[met], row, target, measured]),
  );
}
