// Sets up, builds, and runs all Rust and Jest tests, on SQLite and on a real PostgreSQL.
// Arguments are passed on to Jest: `npm test -- revoke`.

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "../harness/build.mjs";
import { hostTriple, JEST, runCapturing, step, succeeds } from "../harness/steps.mjs";

await build();
// Imported late: they need packages that build() installs.
const { startPostgres } = await import("../harness/postgres-for-run.js");
const { skippedSuites } = await import("../harness/programs.js");
const skipped = skippedSuites();
const postgres = await step("Starting PostgreSQL", startPostgres);
const env = { TEST_POSTGRES_URL: postgres.url };

const rust = await step("Running Rust's tests (their first build takes a minute)", () => cargoTest(env));
const jest = await step("Running Jest", () => jestTest(env));
await postgres.stop();

const databases = Object.entries(jest.databases).map(([name, passed]) => `${name} ${passed}`);
console.log(
  `\ntests: ${rust.passed + jest.passed} passed, ${rust.failed + jest.failed} failed ` +
    `(Rust ${rust.passed}; Jest ${jest.passed}: ${databases.join(", ")})`,
);
for (const { suite, reason } of skipped) console.log(`skipped: __test__/${suite} (${reason})`);
process.exitCode = rust.succeeded && jest.succeeded ? 0 : 1;

/** Runs `cargo test` and adds up the counts of its test programs. */
async function cargoTest(env) {
  const args = ["test", "--profile", "quick", "--no-fail-fast", "--target", hostTriple()];
  const { succeeded, output } = await runCapturing("cargo", args, env);
  const sum = (pattern) => [...output.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0);
  return {
    succeeded,
    passed: sum(/^test result: .* (\d+) passed;/gm),
    // A compile error reports no failed test, so it counts as one.
    failed: Math.max(sum(/^test result: .* (\d+) failed;/gm), succeeded ? 0 : 1),
  };
}

/** Runs Jest and reads the counts that __test__/support/counts-reporter.js writes. */
async function jestTest(env) {
  const directory = mkdtempSync(join(tmpdir(), "medusa-api-key-native-counts-"));
  const counts = join(directory, "counts.json");
  const succeeded = await succeeds(process.execPath, [...JEST, ...process.argv.slice(2)], {
    ...env,
    TEST_COUNTS_FILE: counts,
  });
  const none = { passed: 0, failed: 1, databases: {} };
  const result = existsSync(counts) ? JSON.parse(readFileSync(counts, "utf8")) : none;
  rmSync(directory, { recursive: true });
  return { succeeded, ...result };
}
