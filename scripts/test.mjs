// Sets up, builds, and runs every test, Rust's and Jest's, on SQLite and on a real PostgreSQL.
// Arguments are passed on to Jest: `npm test -- revoke`.

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "../harness/build.mjs";
import { hostTriple, shown, step, succeeds } from "../harness/steps.mjs";

// Medusa loads modules by `import()`, which Jest knows only with this flag.
const JEST = ["--experimental-vm-modules", "node_modules/jest/bin/jest.js"];

await build();
// Imported late: it needs packages that the set-up above installs.
const { startPostgres } = await import("../harness/postgres-for-run.js");
const { suitesLeftOut } = await import("../harness/programs.js");
const leftOut = suitesLeftOut();
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
for (const { suite, lacks } of leftOut) console.log(`left out: __test__/surroundings/${suite} (${lacks})`);
process.exitCode = rust.succeeded && jest.succeeded ? 0 : 1;

/** Runs `cargo test` and adds up what its test programs report. */
async function cargoTest(env) {
  const args = ["test", "--profile", "quick", "--no-fail-fast", "--target", hostTriple()];
  const { succeeded, output } = await shown("cargo", args, env);
  const sum = (pattern) => [...output.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0);
  return {
    succeeded,
    passed: sum(/^test result: .* (\d+) passed;/gm),
    // What does not compile holds no test that could fail.
    failed: Math.max(sum(/^test result: .* (\d+) failed;/gm), succeeded ? 0 : 1),
  };
}

/** Runs Jest and reads the counts that __test__/support/counts-reporter.js leaves. */
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
