// The blocks of code in a Markdown document. A comment before a block says what it is for; CONTRIBUTING.md lists the comments.

/**
 * @typedef {object} Block
 * @property {string} heading the nearest heading above
 * @property {string[]} purpose the words of the comment before it
 * @property {string} language
 * @property {string} text without the indentation of a list item that contains it
 */

const PART =
  /^#+ (?<title>[^\n]+)$|(?:^ *<!-- (?<purpose>[^\n]+) -->\n)?^(?<indent> *)```(?<language>\w+)\n(?<text>.*?)^\k<indent>```$/gms;

/**
 * Returns all blocks of a document, in order.
 * @param {string} markdown
 * @returns {Block[]}
 */
function blocksOf(markdown) {
  let heading = "";
  return [...markdown.matchAll(PART)].flatMap(({ groups = {} }) => {
    heading = groups.title ?? heading;
    const { purpose = "", indent = "", language, text = "" } = groups;
    if (language === undefined) return [];
    const code = indent === "" ? text : text.replace(new RegExp(`^${indent}`, "gm"), "");
    return [{ heading, purpose: purpose.split(" "), language, text: code }];
  });
}

/**
 * Returns text with what differs between two runs – tokens, ids and times – replaced.
 * @param {string} text
 */
function alike(text) {
  return text
    .replace(/\b([sp]k)_[0-9a-f]{64}\b/g, "$1_…")
    .replace(/\b([sp]k)_[0-9a-f]{3}\*{3}[0-9a-f]{3}\b/g, "$1_…***…")
    .replace(/\b([a-z]+)_[0-9A-HJKMNP-TV-Z]{26}\b/g, "$1_…")
    .replace(/\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z/g, "<time>")
    .trim();
}

module.exports = { blocksOf, alike };
