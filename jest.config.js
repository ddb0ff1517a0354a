const os = require("node:os");
const { suitesLeftOut } = require("./harness/programs.js");

const leftOut = suitesLeftOut();
for (const { suite, lacks } of leftOut) console.log(`Left out: __test__/surroundings/${suite} (${lacks})`);

/** @type {import("jest").Config} */
module.exports = {
  testEnvironment: "node",
  testMatch: ["<rootDir>/__test__/**/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/", ...leftOut.map(({ suite }) => `/surroundings/${suite}$`)],
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
  // It holds a built copy of examples/medusa, by the same name.
  modulePathIgnorePatterns: ["<rootDir>/target/"],
  maxWorkers: Math.max(2, os.availableParallelism() - 1),
  testTimeout: 30_000,
};
