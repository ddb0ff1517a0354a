// Programs that use an SQLite file with two copies of the package.

import { runProgram } from "../support/own-process";
import { createSqliteDatabase, type SqliteDatabase } from "../support/sqlite";
import { copyPackageTwice, type PackageCopies } from "./package-copies";

/** The failure of a copy while another one has the file open. */
export const REFUSAL = {
  type: "database_error",
  message: expect.stringMatching(
    /^databaseUrl: .*api-keys\.db.* another copy of medusa-api-key-native .*`npm ls medusa-api-key-native`.*`npm dedupe`/,
  ),
  marked: true,
};

/** Declares the copies for the tests of a suite, and a file for each test. */
export function useCopies() {
  let copies: PackageCopies;
  let database: SqliteDatabase;
  beforeAll(() => {
    copies = copyPackageTwice();
  });
  afterAll(() => copies.remove());
  beforeEach(async () => {
    database = await createSqliteDatabase();
  });
  afterEach(() => database.drop());

  return {
    path: () => database.path,
    /** Runs a program that has `first` and `second`, each of which opens a service of its copy, and returns its result. */
    async run(body: string, ...flags: string[]) {
      const program = runProgram(`${prelude(copies.paths, database.path)}\n${body}`, ...flags);
      const result = JSON.parse(await program.line());
      expect(await program.end()).toBe(0);
      return result;
    },
  };
}

const prelude = (copies: readonly string[], path: string) => `
  const { once } = require("node:events");
  const fs = require("node:fs");
  const { Worker } = require("node:worker_threads");
  const copies = ${JSON.stringify(copies)};
  const path = ${JSON.stringify(path)};
  const open = (copy, url = "sqlite:" + path) =>
    new (require(copies[copy]).ApiKeyModuleService)({ databaseUrl: url, hashing: "sha256", callTimeout: 2_000 });
  const first = (url) => open(0, url);
  const second = (url) => open(1, url);
  const key = (id) => ({ id, title: "A", type: "secret", created_by: "user_1" });
  const failureOf = (call) =>
    call.then(() => undefined, ({ type, message, __isMedusaError: marked }) => ({ type, message, marked }));
  const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const untilAccepted = async (call) => {
    const end = Date.now() + 10_000;
    while ((await failureOf(call())) !== undefined && Date.now() < end) await sleep(20);
    await call();
  };
  /** Uses a file with a copy in a thread. */
  const inThread = async (copy) => {
    const worker = new Worker(
      \`
        const { parentPort, workerData: [path, url] } = require("node:worker_threads");
        const service = new (require(path).ApiKeyModuleService)({ databaseUrl: url, callTimeout: 2_000 });
        service.createApiKeys({ title: "A", type: "publishable", created_by: "user_1" }).then(
          () => parentPort.postMessage(undefined),
          ({ type, message, __isMedusaError: marked }) => parentPort.postMessage({ type, message, marked }),
        );
        setInterval(() => undefined, 1_000);
      \`,
      { eval: true, workerData: [copies[copy], "sqlite:" + path] },
    );
    const [failure] = await once(worker, "message");
    return { failure, end: () => worker.terminate() };
  };
  const report = (value) => console.log(JSON.stringify(value ?? null));
`;
