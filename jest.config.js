const os = require("node:os");
const { skippedSuites } = require("./harness/programs.js");

const skipped = skippedSuites();
for (const { suite, reason } of skipped) console.log(`Skipped: __test__/${suite} (${reason})`);

/** @type {import("jest").Config} */
module.exports = {
  testEnvironment: "node",
  testMatch: ["<rootDir>/__test__/**/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/", ...skipped.map(({ suite }) => `/__test__/${suite}$`)],
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      {
        jsc: { parser: { syntax: "typescript" }, target: "es2022" },
        module: { type: "commonjs" },
      },
    ],
  },
  globalSetup: "<rootDir>/__test__/support/jest-global-setup.mjs",
  globalTeardown: "<rootDir>/__test__/support/jest-global-teardown.mjs",
  reporters: [
    "default",
    "<rootDir>/__test__/support/counts-reporter.js",
    "<rootDir>/__test__/support/titles-reporter.js",
  ],
  // It contains a built copy of examples/medusa, with the same package name.
  modulePathIgnorePatterns: ["<rootDir>/target/"],
  // Many suites wait for networks and servers.
  maxWorkers: Math.max(3, os.availableParallelism()),
  // A worker keeps what each suite has loaded, and collecting that garbage takes longer than starting another one.
  workerIdleMemoryLimit: "1.5GB",
  testTimeout: 30_000,
};
