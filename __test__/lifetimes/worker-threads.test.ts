// Worker threads that end while their calls are in flight, beside a main thread that uses the same addon.

import { execFile } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { describeOnEachDatabase } from "../support/databases";
import { createPostgresDatabase } from "../support/postgres";
import { createSqliteDatabase } from "../support/sqlite";
import { until } from "../support/until";
import { descriptorsOf } from "./descriptors";

const PACKAGE = JSON.stringify(join(__dirname, "../.."));
const ROUNDS = 12;

const CALLS = {
  listApiKeys: "service.listApiKeys()",
  authenticate: 'service.authenticate("sk_" + "0".repeat(64))',
  createApiKeys: 'service.createApiKeys({ title: "A", type: "secret", created_by: "user_1" })',
};

const ENDS = {
  "process.exit": { inWorker: "process.exit(0);", inMain: "" },
  "terminate()": { inWorker: "setInterval(() => undefined, 1_000);", inMain: "worker.terminate();" },
};

const worker = (call: string, end: string) => `
  const { parentPort, workerData } = require("node:worker_threads");
  const { ApiKeyModuleService } = require(${PACKAGE});
  const service = new ApiKeyModuleService({ databaseUrl: workerData });
  service.migrate().then(() => {
    for (let i = 0; i < 30; i++) ${call}.catch(() => undefined);
    parentPort.postMessage("calling");
    ${end}
  });`;

const main = (url: string, source: string, end: string) => `
  const { once } = require("node:events");
  const { Worker } = require("node:worker_threads");
  const { ApiKeyModuleService } = require(${PACKAGE});
  const databaseUrl = ${JSON.stringify(url)};
  const service = new ApiKeyModuleService({ databaseUrl });
  (async () => {
    const { token } = await service.createApiKeys({ title: "Main", type: "secret", created_by: "user_1" });
    for (let round = 0; round < ${ROUNDS}; round++) {
      const worker = new Worker(${JSON.stringify(source)}, { eval: true, workerData: databaseUrl });
      const exited = once(worker, "exit");
      await Promise.race([once(worker, "message"), exited]);
      ${end}
      await exited;
      if (!(await service.authenticate(token))) throw new Error("The main thread's key is gone.");
      console.log(round);
    }
    await service.close();
  })().catch((error) => { console.error(error); process.exitCode = 1; });`;

describeOnEachDatabase("The main thread survives", (kind) => {
  let database: Awaited<ReturnType<typeof kind.create>>;

  beforeEach(async () => {
    database = await kind.create();
  });
  afterEach(() => database.drop());

  const cases = Object.entries(ENDS).flatMap(([end, code]) =>
    Object.entries(CALLS).map(([name, call]) => ({ end, code, name, call })),
  );

  it.each(cases)("when workers end by $end with calls of $name in flight", async ({ code, call }) => {
    const source = main(database.url, worker(call, code.inWorker), code.inMain);
    const { stdout } = await promisify(execFile)(process.execPath, ["-e", source], { cwd: tmpdir() });

    expect(stdout.trim().split("\n").map(Number)).toEqual(Array.from({ length: ROUNDS }, (_, round) => round));
  });
});

const opened = (options: object) => `
  const { parentPort } = require("node:worker_threads");
  const { ApiKeyModuleService } = require(${PACKAGE});
  const service = new ApiKeyModuleService(${JSON.stringify(options)});
  service.listApiKeys().then(() => parentPort.postMessage("used"));
  setInterval(() => undefined, 1_000);`;

/** Starts workers, each with a service that it has used. */
async function startWorkers(options: object): Promise<Worker[]> {
  const workers = Array.from({ length: 3 }, () => new Worker(opened(options), { eval: true }));
  await Promise.all(workers.map((worker) => once(worker, "message")));
  return workers;
}

describe.each([
  ["strict", {}, 3],
  ["leased", { maxStaleness: 500 }, 6],
])("[postgres] Workers that end with a service that is %s", (_name, options, atLeast) => {
  it("leave no connection behind", async () => {
    const database = await createPostgresDatabase();
    const sessions = async () => {
      const [row] = await database.query<{ count: number }>(
        "SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
      );
      return row?.count ?? 0;
    };
    const workers = await startWorkers({ databaseUrl: database.url, ...options });
    await until(sessions, (count) => count >= atLeast);
    await Promise.all(workers.map((worker) => worker.terminate()));

    expect(await until(sessions, (count) => count === 0)).toBe(0);
    await database.drop();
  });
});

describe("[sqlite] Workers that end", () => {
  it("leave no file descriptor behind", async () => {
    const database = await createSqliteDatabase();
    const workers = await startWorkers({ databaseUrl: database.url });
    expect(await descriptorsOf(process.pid, database.path)).toBeGreaterThan(0);
    await Promise.all(workers.map((worker) => worker.terminate()));
    const left = await until(
      () => descriptorsOf(process.pid, database.path),
      (count) => count === 0,
    );

    expect(left).toBe(0);
    await database.drop();
  });
});
