// Fails a run of Jest whose titles break the rules of titles.js. Only a run knows the titles that `it.each` makes, of all files.

const { complaintsAbout } = require("./titles.js");

module.exports = class TitlesReporter {
  onRunComplete(_contexts, results) {
    const titles = results.testResults.flatMap((file) => file.testResults.map((test) => test.fullName));
    this.complaints = complaintsAbout(titles);
    for (const complaint of this.complaints) console.error(`✗ ${complaint}`);
  }

  getLastError() {
    if (this.complaints?.length > 0) return new Error(`${this.complaints.length} titles break the rules`);
  }
};
