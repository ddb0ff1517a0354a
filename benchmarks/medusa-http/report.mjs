// Prints the figures as a table: each server's secret key next to its JWT.

import { duration, number, ratio, terminalTable } from "../report/table.mjs";

const HEAD = ["", "at a time", "p50", "p99", "requests/s", "× its JWT's time"];

/** Returns the table of a run. Ratios compare mean times: callers divided by requests per second. */
export function report(figures) {
  return terminalTable(
    HEAD,
    figures.map((figure) => [
      figure.contender,
      number(figure.callers),
      duration(figure.median.p50Us),
      duration(figure.median.p99Us),
      number(figure.median.perSecond),
      ratio(jwtOf(figures, figure).median.perSecond / figure.median.perSecond),
    ]),
  );
}

function jwtOf(figures, { contender, callers }) {
  const jwt = `${contender.split(",")[0]}, JWT`;
  return figures.find((figure) => figure.contender === jwt && figure.callers === callers);
}
