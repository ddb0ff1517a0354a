// The fleet of docs/poolers-and-replicas.md: its statements, its migration and its two files, in processes behind PgBouncer.

import { randomBytes } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { blocksOf } from "../../harness/documents/blocks.js";
import { PgBouncer } from "../../harness/pgbouncer.js";
import { cliOn } from "../cli/program";
import { readersFolder } from "../docs/blocks";
import { type Program, runProgram } from "../support/own-process";
import { createPostgresDatabase, onServer, type PostgresDatabase } from "../support/postgres";
import { SECRET } from "../support/service";
import { until } from "../support/until";

const BLOCKS = blocksOf(readFileSync(join(__dirname, "../../docs/poolers-and-replicas.md"), "utf8")).filter(
  ({ heading }) => heading === "A fleet behind PgBouncer",
);
const [GRANT = ""] = BLOCKS.filter(({ language }) => language === "sql").map(({ text }) => text);
const [TRANSACTION = "", SESSION = ""] = BLOCKS.filter(({ language }) => language === "ts").map(({ text }) => text);

/** Calls methods of the service that the file exports, one for each line of its input. */
const MEMBER = `
  for await (const line of require("node:readline").createInterface({ input: process.stdin })) {
    const [method, ...args] = JSON.parse(line);
    console.log(JSON.stringify(await keys[method](...args)));
  }
  await keys.close();`;

const app = `app_${randomBytes(6).toString("hex")}`;
let database: PostgresDatabase;
let poolers: PgBouncer[] = [];
let fleet: Program[] = [];
let folder: string;

beforeEach(async () => {
  folder = readersFolder();
  await onServer(`CREATE ROLE ${app} LOGIN PASSWORD 'app'`);
  database = await createPostgresDatabase();
});
afterEach(async () => {
  await Promise.all(fleet.map((member) => member.end()));
  for (const pooler of poolers) await pooler.stop();
  [fleet, poolers] = [[], []];
  await database?.drop();
  await onServer(`DROP ROLE IF EXISTS ${app}`);
  rmSync(folder, { recursive: true, force: true });
});

async function startPooler(url: string, mode: "session" | "transaction"): Promise<string> {
  const pooler = await PgBouncer.start(url, mode, { default_pool_size: 30 });
  poolers.push(pooler);
  return pooler.url;
}

/** Deploys as the page says, and starts processes with its file. */
async function deploy(file: string, mode: "session" | "transaction", members: number): Promise<void> {
  const { exitCode } = await cliOn(await startPooler(database.url, mode)).run("migrate");
  expect(exitCode).toBe(0);
  await database.query(GRANT.replace(/\bapp\b/, app));

  const direct = new URL(database.url);
  [direct.username, direct.password] = [app, "app"];
  const url = await startPooler(direct.href, mode);
  const path = join(folder, "keys.js");
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
  writeFileSync(path, ts.transpileModule(file, { compilerOptions }).outputText);
  fleet = Array.from({ length: members }, () =>
    runProgram(
      `process.env.DATABASE_URL = ${JSON.stringify(url)}; const { keys } = require(${JSON.stringify(path)}); ${MEMBER}`,
    ),
  );
}

async function call(member: number, method: string, ...args: unknown[]) {
  fleet[member]?.tell(JSON.stringify([method, ...args]));
  return JSON.parse((await fleet[member]?.line()) ?? "");
}

describe("[postgres] The documented fleet behind PgBouncer", () => {
  it("in transaction mode, rejects a revoked key at the next call of every process", async () => {
    await deploy(TRANSACTION, "transaction", 3);
    const late: string[] = [];
    for (let round = 0; round < 20; round++) {
      const { id, token } = await call(0, "createApiKeys", SECRET);
      for (const member of [1, 2]) expect(await call(member, "authenticate", token)).toMatchObject({ id });
      await call(1, "revoke", id, { revoked_by: "user_ada" });
      for (const member of [0, 1, 2]) if (await call(member, "authenticate", token)) late.push(`${round}: ${member}`);
    }
    const { answers, pooler } = await call(0, "status");

    expect(late).toEqual([]);
    expect({ answers, pooler }).toEqual({ answers: "strict", pooler: true });
  });

  it("in session mode, returns keys from memory and rejects a revoked key within the bound", async () => {
    await deploy(SESSION, "session", 2);
    const { id, token } = await call(0, "createApiKeys", SECRET);
    await until(
      async () => {
        await call(1, "authenticate", token);
        return call(1, "status");
      },
      ({ lease, memory }) => lease.held && memory.hits > 0,
    );
    await call(0, "revoke", id, { revoked_by: "user_ada" });
    const revoked = performance.now();
    let accepted = revoked;
    for (let start = revoked; start < revoked + 3_000; start = performance.now()) {
      if (await call(1, "authenticate", token)) accepted = start;
    }

    expect(accepted - revoked).toBeLessThanOrEqual(1_000);
    expect(await call(1, "authenticate", token)).toBe(false);
    expect(await call(0, "authenticate", token)).toBe(false);
  });
});
