// Draws the output of a program on a terminal as SVG.

const CHARACTER_WIDTH = 8.4;
const LINE_HEIGHT = 20;
const PADDING = 18;

/** Graphic renditions that set a style, and those that reset it. */
const COLORS = { 31: "#ff7b72", 32: "#7ee787", 33: "#e3b341", 36: "#79c0ff" };
const ESCAPE = "\u001b[";

/** Returns the picture of a command and of what it printed, with its colors. */
export function drawTerminal(command, output) {
  const lines = [`${ESCAPE}2m$${ESCAPE}22m ${command}`, ...output.trimEnd().split("\n")].map(spans);
  const columns = Math.max(...lines.map((line) => line.reduce((sum, { text }) => sum + [...text].length, 0)));
  const width = Math.ceil(columns * CHARACTER_WIDTH + 2 * PADDING);
  const height = lines.length * LINE_HEIGHT + 2 * PADDING;
  const rows = lines.map(
    (line, index) =>
      `  <text x="${PADDING}" y="${PADDING + index * LINE_HEIGHT + 14}" xml:space="preserve">${line.map(tspan).join("")}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
  <title>${escaped(command)}</title>
  <rect width="100%" height="100%" rx="8" fill="#0d1117"/>
  <g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" fill="#e6edf3">
${rows.join("\n")}
  </g>
</svg>
`;
}

/** Splits a line into texts of one style each. */
function spans(line) {
  const style = { color: null, bold: false, dim: false };
  return line.split(ESCAPE).flatMap((part, index) => {
    const [, codes, rest] = index === 0 ? [null, "", part] : /^([\d;]*)m(.*)$/s.exec(part);
    for (const code of codes.split(";").filter(Boolean)) apply(style, Number(code));
    return rest === "" ? [] : [{ ...style, text: rest }];
  });
}

function apply(style, code) {
  if (code === 1) style.bold = true;
  else if (code === 2) style.dim = true;
  else if (code === 22) Object.assign(style, { bold: false, dim: false });
  else if (code === 39) style.color = null;
  else if (code in COLORS) style.color = COLORS[code];
  else
    throw new Error(
      `The program uses the graphic rendition ${code}, which scripts/cli-pictures/svg.mjs does not draw.`,
    );
}

function tspan({ text, color, bold, dim }) {
  const attributes = [color && ` fill="${color}"`, bold && ' font-weight="bold"', dim && ' opacity="0.6"'];
  // A fixed length keeps columns aligned in every font.
  const length = ([...text].length * CHARACTER_WIDTH).toFixed(1);
  return `<tspan textLength="${length}" lengthAdjust="spacingAndGlyphs"${attributes.filter(Boolean).join("")}>${escaped(text)}</tspan>`;
}

function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
