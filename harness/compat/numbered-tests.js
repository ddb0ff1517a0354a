// The tests whose titles hold the number of a difference: "… (S1)" in Jest, `…_s1` in Rust.

const { readdirSync, readFileSync } = require("node:fs");
const { join } = require("node:path");
const ts = require("typescript");

const ROOT = join(__dirname, "../..");
const IN_TITLE = /\(([A-Z]\d+(?:, [A-Z]\d+)*)\)/g;
const IN_FUNCTION = /\bfn (\w+?(?:_[smad]\d+)+)\(/g;

/**
 * @typedef {object} NumberedTest
 * @property {string} file its path, relative to `__test__/` in Jest and to the root in Rust
 * @property {string} title from the outermost `describe` on
 * @property {string[]} numbers
 */

/**
 * All such tests, sorted by file.
 * @returns {NumberedTest[]}
 */
function numberedTests() {
  const inJest = filesBelow("__test__", /\.(?:ts|js|mjs)$/).flatMap((file) =>
    titlesIn(file).map((title) => ({ file: file.slice("__test__/".length), title, numbers: numbersIn(title) })),
  );
  const inRust = filesBelow("src", /\.rs$/).flatMap((file) =>
    [...read(file).matchAll(IN_FUNCTION)].map(([, title = ""]) => ({ file, title, numbers: numbersInFunction(title) })),
  );
  return [...inJest, ...inRust];
}

/** @param {string} title */
function numbersIn(title) {
  return [...new Set([...title.matchAll(IN_TITLE)].flatMap(([, numbers = ""]) => numbers.split(", ")))];
}

/** @param {string} name */
function numbersInFunction(name) {
  const [numbers = ""] = /(?:_[smad]\d+)+$/.exec(name) ?? [];
  return numbers.toUpperCase().split("_").slice(1);
}

/**
 * The titles in a file that hold a number, each after those of the suites around it.
 * @param {string} file
 */
function titlesIn(file) {
  const text = read(file);
  if (text.search(IN_TITLE) === -1) return [];
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022);
  /** @type {string[]} */
  const titles = [];
  /**
   * @param {import("typescript").Node} node
   * @param {string[]} suites
   */
  const visit = (node, suites) => {
    const own = literal(node, source);
    if (own !== undefined && numbersIn(own).length > 0) titles.push([...suites, own].join(" › "));
    const declared = titleOf(node, source);
    if (!declared) return ts.forEachChild(node, (child) => visit(child, suites));
    // The title itself has the suites around it, and so have the rows of `each`, which are part of the callee.
    const { call, title } = declared;
    visit(call.expression, suites);
    for (const argument of call.arguments) {
      visit(argument, argument === call.arguments[0] ? suites : [...suites, title]);
    }
  };
  visit(source, []);
  return titles;
}

/**
 * The title that a call of `describe` or `it` declares.
 * @param {import("typescript").Node} node
 * @param {import("typescript").SourceFile} source
 */
function titleOf(node, source) {
  if (!ts.isCallExpression(node) || !/^(?:describe|it$|test$)/.test(nameOf(node.expression))) return undefined;
  const [first] = node.arguments;
  const title = first && node.arguments.length > 1 ? literal(first, source) : undefined;
  return title === undefined ? undefined : { call: node, title };
}

/**
 * The identifier at the start of a callee such as `it.each(rows)`.
 * @param {import("typescript").Expression} callee
 * @returns {string}
 */
function nameOf(callee) {
  if (ts.isIdentifier(callee)) return callee.text;
  if (ts.isCallExpression(callee) || ts.isPropertyAccessExpression(callee)) return nameOf(callee.expression);
  return ts.isTaggedTemplateExpression(callee) ? nameOf(callee.tag) : "";
}

/**
 * The text of a string; of a template as it is written.
 * @param {import("typescript").Node} node
 * @param {import("typescript").SourceFile} source
 */
function literal(node, source) {
  if (ts.isStringLiteralLike(node)) return node.text;
  return ts.isTemplateExpression(node) ? node.getText(source).slice(1, -1) : undefined;
}

/**
 * @param {string} folder
 * @param {RegExp} name
 */
function filesBelow(folder, name) {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .map((path) => join(folder, path).replaceAll("\\", "/"))
    .filter((path) => name.test(path) && !/\/(?:node_modules|fixtures)\//.test(path))
    .sort();
}

/** @param {string} file */
function read(file) {
  return readFileSync(join(ROOT, file), "utf8");
}

module.exports = { numberedTests };
