// The chart in README.md and docs/benchmarks.md: calls per second on a logarithmic scale, one panel per kind of call.

import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { NAMES } from "../scenarios/views.mjs";
import { number } from "./table.mjs";

const PANELS = [
  { heading: "authenticate, a token seen before", labels: { scenario: "authenticate", callers: 64 } },
  { heading: "authenticate, a token never seen", labels: { scenario: "cold" } },
  { heading: "publishable key by its token", labels: { scenario: "publishable", callers: 64 } },
  { heading: "95 % authenticate, 4 % publishable key, 1 % writes", labels: { scenario: "mix" } },
  { heading: "listApiKeys, a page of 20", labels: { scenario: "list", callers: 64 } },
];

const LINE_HEIGHT = 22;

// Distinguishable on white and on near-black, also with red-green color blindness.
const COLORS = {
  [NAMES.stock]: "#8b8f98",
  [NAMES.client]: "#c98500",
  [NAMES.pool]: "#c98500",
  [NAMES.strict]: "#2f81f7",
  [NAMES.leased]: "#1aa179",
  [NAMES.sha256]: "#8a63d2",
};

// The chart has its own background, so that it is readable on any page.
const STYLE = `
  .ground { fill: #ffffff; }
  svg { color: #1f2328; }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117; }
    svg { color: #d1d7e0; }
  }`;

/** Returns the figures as SVG, or null if none of them belongs in the chart. */
export function chart({ figures, machine }) {
  const { document } = parseHTML("<html><body></body></html>");
  const lines = PANELS.flatMap((panel) => linesOf(panel, figures));
  const bars = lines.filter(({ rate }) => rate !== undefined);
  if (bars.length === 0) return null;
  const rates = bars.map(({ rate }) => rate);
  // A logarithmic scale has no zero: bars start at a power of ten well below the smallest rate.
  const start = 10 ** Math.floor(Math.log10(Math.min(...rates) / 2));
  const svg = Plot.plot({
    document,
    width: 860,
    height: 80 + LINE_HEIGHT * lines.length,
    marginLeft: 240,
    marginRight: 80,
    marginTop: 8,
    marginBottom: 44,
    style: { fontSize: "13px" },
    x: {
      type: "log",
      domain: [start, Math.max(...rates)],
      label: "calls a second, on a logarithmic scale",
      labelAnchor: "center",
    },
    y: { axis: null, domain: lines.map(({ line }) => line), padding: 0.25 },
    color: { domain: Object.keys(COLORS), range: Object.values(COLORS) },
    marks: [
      Plot.gridX({ ticks: decades(start, Math.max(...rates)) }),
      Plot.axisX({ ticks: decades(start, Math.max(...rates)), tickFormat: number }),
      Plot.barX(bars, { y: "line", x1: start, x2: "rate", fill: "contender", rx: 2 }),
      Plot.text(bars, { y: "line", x: start, text: "contender", textAnchor: "end", dx: -8 }),
      Plot.text(bars, { y: "line", x: "rate", text: ({ rate }) => number(rate), textAnchor: "start", dx: 6 }),
      Plot.text(lines, { y: "line", x: start, text: "heading", fontWeight: "bold", textAnchor: "start", dy: 5 }),
    ],
  });
  return standalone(document, svg, machine);
}

/** Returns a panel's heading and bars, one line each; an empty list if the panel was not measured. */
function linesOf({ heading, labels }, figures) {
  const wanted = Object.entries(labels);
  const bars = figures
    .filter((figure) => figure.contender in COLORS && wanted.every(([name, value]) => figure[name] === value))
    .map(({ contender, median }) => ({ line: `${heading}: ${contender}`, contender, rate: median.perSecond }));
  return bars.length === 0 ? [] : [{ line: heading, heading }, ...bars];
}

function decades(from, to) {
  const count = Math.floor(Math.log10(to / from)) + 1;
  return Array.from({ length: count }, (_, n) => from * 10 ** n);
}

/** Returns the chart as a self-contained SVG document. */
function standalone(document, svg, { processor, cores }) {
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  svg.setAttribute("role", "img");
  const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
  title.textContent = `Calls a second by contender, 64 at a time, on ${cores} cores of ${processor}`;
  const style = document.createElementNS("http://www.w3.org/2000/svg", "style");
  style.textContent = STYLE;
  const ground = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [name, value] of Object.entries({ class: "ground", width: "100%", height: "100%", rx: "6" })) {
    ground.setAttribute(name, value);
  }
  svg.prepend(title, style, ground);
  return `${svg.outerHTML}\n`;
}
