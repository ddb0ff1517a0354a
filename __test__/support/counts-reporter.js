// Adds up the passed tests by what they run on, which a suite says by its name's prefix: ours on `[sqlite]` or `[postgres]`,
// or the stock module, `[stock]`.
// Writes the counts to the file that TEST_COUNTS_FILE names, for scripts/test.mjs.

const { writeFileSync } = require("node:fs");

const PREFIX = /\[(sqlite|postgres|stock)\]/;

module.exports = class CountsReporter {
  onRunComplete(_contexts, results) {
    const databases = { sqlite: 0, postgres: 0, stock: 0, neither: 0 };
    for (const test of results.testResults.flatMap((file) => file.testResults)) {
      if (test.status === "passed") databases[PREFIX.exec(test.fullName)?.[1] ?? "neither"] += 1;
    }
    // A file that cannot be loaded holds no test that could fail.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    console.log(
      `Passed: ${databases.sqlite} on SQLite, ${databases.postgres} on PostgreSQL, ${databases.stock} of stock, ${databases.neither} on neither`,
    );
    if (process.env.TEST_COUNTS_FILE) {
      writeFileSync(
        process.env.TEST_COUNTS_FILE,
        JSON.stringify({ passed: results.numPassedTests, failed, databases }),
      );
    }
  }
};
