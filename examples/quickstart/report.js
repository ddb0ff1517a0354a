// Formats the quickstart's output: a heading per step, with aligned facts below.

const NAME_WIDTH = 12;
const useColor = process.stdout.isTTY && !process.env.NO_COLOR;

const bold = (text) => (useColor ? `\u001b[1m${text}\u001b[22m` : text);
const dim = (text) => (useColor ? `\u001b[2m${text}\u001b[22m` : text);

function step(title, explanation) {
  console.log(`\n${bold(title)} ${dim(`– ${explanation}`)}`);
}

function fact(name, value) {
  console.log(`  ${name.padEnd(NAME_WIDTH)} ${value}`.trimEnd());
}

function facts(pairs) {
  for (const [name, value] of pairs) fact(name, value);
}

module.exports = { fact, facts, step };
