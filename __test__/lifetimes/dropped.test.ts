// Services that are dropped: what the garbage collector finds closes itself.

import { openService } from "../support/ours";
import { type Program, runProgram } from "../support/own-process";
import { createPostgresDatabase, type PostgresDatabase } from "../support/postgres";
import { createSqliteDatabase } from "../support/sqlite";
import { until } from "../support/until";
import { descriptorsOf } from "./descriptors";

const SERVICES = 10;

/** Opens services, uses them, drops them, and collects garbage until its input ends. */
const dropping = (options: object, use = "await service.listApiKeys();") => `
  const used = async () => {
    const service = new ApiKeyModuleService(${JSON.stringify(options)});
    await service.listApiKeys();
    console.log("used");
    await new Promise((resolve) => process.stdin.once("data", resolve));
    ${use}
  };
  await Promise.all(Array.from({ length: ${SERVICES} }, used));
  const collecting = setInterval(gc, 20);
  process.stdin.once("end", () => clearInterval(collecting)).resume();
  console.log("dropped");`;

/** Starts a program that opens services and drops them once `opened` is done. */
async function dropServices(source: string, opened: () => Promise<void>): Promise<Program> {
  const program = runProgram(source, "--expose-gc");
  for (let index = 0; index < SERVICES; index++) expect(await program.line()).toBe("used");
  await opened();
  program.tell("go on");
  expect(await program.line()).toBe("dropped");
  return program;
}

describe.each([
  ["strict", {}],
  ["leased", { maxStaleness: 500 }],
])("[postgres] Dropped services that are %s", (_name, options) => {
  let database: PostgresDatabase;

  const sessions = async () => {
    const [row] = await database.query<{ count: number }>(
      "SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    return row?.count ?? 0;
  };

  beforeEach(async () => {
    database = await createPostgresDatabase();
  });
  afterEach(() => database.drop());

  it("leave no session after garbage collection (M8)", async () => {
    const program = await dropServices(dropping({ databaseUrl: database.url, ...options }), async () => {
      await until(sessions, (count) => count >= SERVICES);
    });

    expect(await until(sessions, (count) => count === 0)).toBe(0);
    expect(await program.end()).toBe(0);
  });

  it("write last_used_at", async () => {
    const owner = openService(database.url);
    const { id, token } = await owner.createApiKeys({ title: "A", type: "secret", created_by: "user_1" });
    await owner.close();
    const source = dropping({ databaseUrl: database.url, ...options }, `await service.authenticate("${token}");`);
    const program = await dropServices(source, async () => undefined);
    const lastUse = () =>
      database.query<{ last_used_at: Date | null }>("SELECT last_used_at FROM api_key WHERE id = $1", [id]);

    await until(lastUse, ([row]) => row?.last_used_at !== null);
    expect(await program.end()).toBe(0);
  });
});

describe("[sqlite] Dropped services", () => {
  it("leave no file descriptor after garbage collection", async () => {
    const database = await createSqliteDatabase();
    const program = await dropServices(dropping({ databaseUrl: database.url }), async () => undefined);
    const left = await until(
      () => descriptorsOf(program.pid, database.path),
      (count) => count === 0,
    );

    expect(left).toBe(0);
    expect(await program.end()).toBe(0);
    await database.drop();
  });
});
