// Services and processes that write to one SQLite file at the same time.

import { expectFailure } from "../support/failures";
import { openService } from "../support/ours";
import { runProgram } from "../support/own-process";
import { PUBLISHABLE, SECRET } from "../support/service";
import { createSqliteDatabase, type SqliteDatabase } from "../support/sqlite";
import { SqliteShell } from "../support/sqlite-shell";

const FAST = { hashing: "sha256" };

describe("[sqlite] Writers of one file", () => {
  let database: SqliteDatabase;

  beforeEach(async () => {
    database = await createSqliteDatabase();
  });
  afterEach(() => database.drop());

  it("are all served while four processes write as fast as they can", async () => {
    const settings = JSON.stringify({ databaseUrl: database.url, callTimeout: 4_000, ...FAST });
    const service = openService(database.url);
    await service.listApiKeys();
    const processes = Array.from({ length: 4 }, () =>
      runProgram(`
        const service = new ApiKeyModuleService(${settings});
        const key = ${JSON.stringify(SECRET)};
        const rejections = [];
        let written = 0;
        const end = Date.now() + 6_000;
        await Promise.all(Array.from({ length: 4 }, async (_, loop) => {
          for (let call = loop; Date.now() < end; call += 1) {
            // Every second call holds the write lock for some milliseconds.
            const keys = Array.from({ length: call % 2 ? 100 : 1 }, () => key);
            await service.createApiKeys(keys).then(() => { written += keys.length; }, (error) => rejections.push(error.message));
          }
        }));
        await service.close();
        console.log(JSON.stringify({ written, rejections }));
      `),
    );
    const reports = await Promise.all(processes.map(async (program) => JSON.parse(await program.line())));
    await Promise.all(processes.map((program) => program.end()));

    expect(reports.flatMap(({ rejections }) => rejections)).toEqual([]);
    const [, count] = await service.listAndCountApiKeys({}, { take: 1 });
    expect(count).toBe(reports.reduce((sum, { written }) => sum + written, 0));
    await service.close();
  });

  it("have written nothing if they are rejected because their service closes", async () => {
    const reading = openService(database.url, FAST);
    await reading.listApiKeys();
    const rejected: string[] = [];
    const messages = new Set<string>();
    for (let round = 0; round < 30; round += 1) {
      const closing = openService(database.url, FAST);
      await closing.listApiKeys();
      const calls = Array.from({ length: 6 }, (_, call) => `apk_${round}_${call}`).map((id) =>
        closing.createApiKeys({ ...PUBLISHABLE, id }).catch((error: Error) => {
          rejected.push(id);
          messages.add(error.message);
        }),
      );
      for (let turn = 0; turn < round % 6; turn += 1) await new Promise(setImmediate);
      await closing.close();
      await Promise.all(calls);
    }

    expect(await reading.listApiKeys({ id: rejected })).toEqual([]);
    expect([...messages].filter((message) => message !== "The API key service is closed.")).toEqual([]);
    await reading.close();
  });

  it("are served while another service writes the last use of many keys", async () => {
    const authenticating = openService(database.url, FAST);
    const keys = [];
    for (let batch = 0; batch < 20; batch += 1) {
      keys.push(...(await authenticating.createApiKeys(Array.from({ length: 1_000 }, () => SECRET))));
    }
    const writing = openService(database.url, { callTimeout: 1_000 });
    await writing.listApiKeys({}, { take: 1 });
    const used = keys.slice(0, 1_000);
    await Promise.all(used.map(({ token }) => authenticating.authenticate(token)));
    let ended = false;
    const closed = authenticating.close().then(() => {
      ended = true;
    });
    do await writing.createApiKeys(PUBLISHABLE);
    while (!ended);
    await closed;

    const rows = await writing.listApiKeys({ id: used.map(({ id }) => id) });
    expect(rows.filter(({ last_used_at }) => last_used_at !== null)).toHaveLength(used.length);
    await writing.close();
  });

  it("wait for a lock that another process holds, up to callTimeout, and are served when it is released", async () => {
    const shell = new SqliteShell(database.path);
    const service = openService(database.url, { callTimeout: 1_000 });
    const { id } = await service.createApiKeys(PUBLISHABLE);
    await shell.query("BEGIN IMMEDIATE");

    const locked = /the SQLite file is locked by another connection/;
    const calls = [
      service.revoke(id, { revoked_by: "user_1" }),
      ...Array.from({ length: 9 }, () => service.createApiKeys(PUBLISHABLE)),
    ];
    await Promise.all(calls.map((call) => expectFailure(call, "database_error", locked)));
    const waiting = Promise.all(Array.from({ length: 20 }, () => service.createApiKeys(PUBLISHABLE)));
    await shell.query("COMMIT");

    expect(await waiting).toHaveLength(20);
    expect(await service.listApiKeys({ revoked_at: null })).toHaveLength(21);
    await shell.close();
    await service.close();
  });
});
