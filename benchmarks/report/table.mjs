// Formats rows of strings as tables, for the terminal and for Markdown.

/** Formats an aligned table; numbers (as formatted by `number` and `ratio`) are right-aligned. */
export function terminalTable(head, rows) {
  const widths = head.map((title, column) => Math.max(...[title, ...rows.map((row) => row[column])].map(width)));
  const line = (row) =>
    row
      .map((cell, column) => {
        const space = " ".repeat(widths[column] - width(cell));
        return isNumeric(cell) ? space + cell : cell + space;
      })
      .join("  ")
      .trimEnd();
  return [line(head), widths.map((count) => "─".repeat(count)).join("  "), ...rows.map(line)].join("\n");
}

/** Formats a Markdown table. */
export function markdownTable(head, rows) {
  const line = (row) => `| ${row.join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

/** Formats a number with three significant digits and thousands separators. */
export function number(value) {
  if (value === null || !Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  const rounded = Number(value.toPrecision(3));
  return rounded.toLocaleString("en", { maximumFractionDigits: Math.min(digits, 4) });
}

/** Formats microseconds in a suitable unit. */
export function duration(us) {
  if (us >= 1e6) return `${number(us / 1e6)} s`;
  return us >= 1e3 ? `${number(us / 1e3)} ms` : `${number(us)} µs`;
}

/** Formats a factor, such as `3.2 ×`. */
export function ratio(value) {
  return value === null || !Number.isFinite(value) ? "–" : `${number(value)} ×`;
}

const width = (text) => [...text].length;
const isNumeric = (text) => /^[\d.,]+( ?(×|%|[µm]?s|\/s|MiB))?$|^–$/.test(text);
