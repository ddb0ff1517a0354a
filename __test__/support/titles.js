// The rules for the titles of tests: each is unique on its database, and none uses words that CONTRIBUTING.md excludes.

const EXCLUDED = [
  ...["whoever", "whom", "nobody", "somebody", "anew", "nought", "of its own accord"],
  ...["is told", "are told", "told of", "tells", "hears", "heard", "wishes"],
  ...["that is no", "what is no", "passes over", "lets in"],
];
const EXCLUDED_WORDS = new RegExp(`\\b(?:${EXCLUDED.join("|")})\\b`, "i");

/**
 * What is wrong with titles, one line each.
 * @param {string[]} titles the full titles, from the outermost `describe` to the test
 * @returns {string[]}
 */
function complaintsAbout(titles) {
  const counts = new Map();
  for (const title of titles) counts.set(title, (counts.get(title) ?? 0) + 1);
  return [...counts].flatMap(([title, count]) => {
    const complaints = [];
    if (count > 1) complaints.push(`${count} tests have the title: ${title}`);
    const [word] = EXCLUDED_WORDS.exec(title) ?? [];
    if (word) complaints.push(`a title uses "${word}": ${title}`);
    return complaints;
  });
}

module.exports = { complaintsAbout };
