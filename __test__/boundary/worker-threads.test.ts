// Worker threads that end while their calls are in flight, beside a main thread that uses the same addon.

import { execFile } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { describeOnEachDatabase } from "../support/databases";
import { createPostgresDatabase } from "../support/postgres";
import { until } from "../support/until";

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

describeOnEachDatabase("The main thread lives on", (kind) => {
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

describe("[postgres] Workers that end under a lease", () => {
  it("leave no connection behind", async () => {
    const database = await createPostgresDatabase();
    const sessions = async () => {
      const [row] = await database.query<{ count: number }>(
        "SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
      );
      return row?.count;
    };
    const leased = `
      const { parentPort, workerData } = require("node:worker_threads");
      const { ApiKeyModuleService } = require(${PACKAGE});
      const service = new ApiKeyModuleService({ databaseUrl: workerData, maxStaleness: 500 });
      service.listApiKeys().then(() => parentPort.postMessage("listening"));
      setInterval(() => undefined, 1_000);`;
    const workers = Array.from({ length: 3 }, () => new Worker(leased, { eval: true, workerData: database.url }));
    await Promise.all(workers.map((worker) => once(worker, "message")));
    await until(sessions, (count) => (count ?? 0) >= 6);
    await Promise.all(workers.map((worker) => worker.terminate()));

    expect(await until(sessions, (count) => count === 0)).toBe(0);
    await database.drop();
  });
});
