// The differences from stock, as the pages of docs/compat/ list them.

const { readdirSync, readFileSync } = require("node:fs");
const { join } = require("node:path");

const PAGES = join(__dirname, "../../docs/compat");
/** Pages of this folder that list no differences. */
const OTHER_PAGES = ["anything-different-for-me.md", "tests.md"];
/** The letters of the numbers, in the order of the index. */
const LETTERS = ["S", "M", "A", "D"];

/**
 * @typedef {object} Difference
 * @property {string} number such as "S1"
 * @property {string} title
 * @property {string} page the name of its file
 * @property {string} text all lines below its heading
 */

/** The names of the pages that list differences. */
function differencePages() {
  return readdirSync(PAGES)
    .filter((name) => name.endsWith(".md") && !OTHER_PAGES.includes(name))
    .sort();
}

/**
 * The differences on one page, in its order.
 * @param {string} page
 * @returns {Difference[]}
 */
function differencesOn(page) {
  const sections = readFileSync(join(PAGES, page), "utf8").split(/^## /m).slice(1);
  return sections.map((section) => {
    const [heading = "", ...lines] = section.split("\n");
    const [, number, title] = /^([A-Z]\d+): (.+)$/.exec(heading) ?? [];
    if (number === undefined || title === undefined) {
      throw new Error(`docs/compat/${page}: the heading "${heading}" has no number`);
    }
    return { number, title, page, text: lines.join("\n") };
  });
}

/** All differences, sorted by number. */
function differences() {
  return differencePages()
    .flatMap(differencesOn)
    .sort((one, other) => compareNumbers(one.number, other.number));
}

/**
 * @param {string} one
 * @param {string} other
 */
function compareNumbers(one, other) {
  const letters = LETTERS.indexOf(one.charAt(0)) - LETTERS.indexOf(other.charAt(0));
  return letters || Number(one.slice(1)) - Number(other.slice(1));
}

/**
 * The anchor of a difference on its page. Titles hold only what GitHub and VitePress make the same anchor of.
 * @param {Difference} difference
 */
function anchor({ number, title }) {
  return `${number}-${title}`.toLowerCase().replaceAll(" ", "-");
}

module.exports = { LETTERS, anchor, compareNumbers, differencePages, differences, differencesOn };
