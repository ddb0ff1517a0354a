const os = require("node:os");

/** @type {import("jest").Config} */
module.exports = {
  testEnvironment: "node",
  testMatch: ["<rootDir>/__test__/**/*.test.ts"],
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
  reporters: ["default", "<rootDir>/__test__/support/counts-reporter.js"],
  // It holds a built copy of examples/medusa, by the same name.
  modulePathIgnorePatterns: ["<rootDir>/target/"],
  maxWorkers: Math.max(2, os.availableParallelism() - 1),
  testTimeout: 30_000,
};
