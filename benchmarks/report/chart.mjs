// The chart that README.md shows: calls a second, on a logarithmic scale, one panel a kind of call.

import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { EVERY_CORE } from "../scenarios/cold.mjs";
import { NAMES } from "../scenarios/views.mjs";
import { number } from "./table.mjs";

const PANELS = [
  { title: "authenticate, warm", labels: { scenario: "authenticate", callers: 64 } },
  { title: "authenticate, cold", labels: { scenario: "cold" } },
  { title: "publishable key", labels: { scenario: "publishable", callers: 64 } },
  { title: "a shop's mix", labels: { scenario: "mix" } },
  { title: "page of 20 keys", labels: { scenario: "list", callers: 64 } },
];

// Each is told apart on white and on near-black, also by those who do not see red and green.
const COLOURS = {
  [NAMES.stock]: "#8b8f98",
  [NAMES.client]: "#c98500",
  [NAMES.pool]: "#c98500",
  [NAMES.strict]: "#2f81f7",
  [EVERY_CORE]: "#2f81f7",
  [NAMES.leased]: "#1aa179",
};

// The picture brings its own ground, so that it can be read wherever it is shown.
const STYLE = `
  .ground { fill: #ffffff; }
  svg { color: #1f2328; }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117; }
    svg { color: #d1d7e0; }
  }`;

/** The figures as SVG. */
export function chart({ figures, machine }) {
  const { document } = parseHTML("<html><body></body></html>");
  const bars = PANELS.flatMap(({ title, labels }) => barsOf(figures, title, labels));
  const least = Math.min(...bars.map(({ rate }) => rate));
  const most = Math.max(...bars.map(({ rate }) => rate));
  const start = 10 ** Math.floor(Math.log10(least / 2));
  const svg = Plot.plot({
    document,
    width: 860,
    height: 60 + 24 * bars.length,
    marginLeft: 220,
    marginRight: 130,
    marginTop: 34,
    style: { fontSize: "13px" },
    title: undefined,
    x: {
      type: "log",
      domain: [start, most],
      grid: true,
      label: "calls a second, logarithmic",
      tickFormat: number,
      ticks: 6,
    },
    y: { axis: null },
    fy: {
      domain: PANELS.map(({ title }) => title).filter((title) => bars.some((bar) => bar.title === title)),
      label: null,
    },
    color: { domain: Object.keys(COLOURS), range: Object.values(COLOURS) },
    marks: [
      Plot.axisFy({ anchor: "right", fontWeight: "bold" }),
      Plot.barX(bars, {
        fy: "title",
        y: "contender",
        x1: start,
        x2: "rate",
        fill: "contender",
        rx: 2,
        sort: { y: null },
      }),
      Plot.text(bars, { fy: "title", y: "contender", x: start, text: "contender", textAnchor: "end", dx: -8 }),
      Plot.text(bars, {
        fy: "title",
        y: "contender",
        x: "rate",
        text: (bar) => number(bar.rate),
        textAnchor: "start",
        dx: 6,
      }),
    ],
  });
  return standalone(document, svg, machine);
}

function barsOf(figures, title, labels) {
  const wanted = Object.entries(labels);
  return figures
    .filter((figure) => wanted.every(([name, value]) => figure[name] === value))
    .map(({ contender, median }) => ({ title, contender, rate: median.perSecond }));
}

/** A picture that shows without a page around it. */
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
