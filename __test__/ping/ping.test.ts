// ping(): what is wrong, in words, on both databases.

import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import type { ApiKeyModuleHealth } from "../../index.js";
import { describeOnEachDatabase } from "../support/databases";
import { failureOf } from "../support/failures";
import { openLeased } from "../support/leased";
import { openService } from "../support/ours";
import { SECRET, untyped } from "../support/service";
import { CHEAP } from "../support/surroundings";
import { until } from "../support/until";

const ROOT = join(__dirname, "../..");

const codes = ({ problems }: ApiKeyModuleHealth) => problems.map(({ severity, code }) => `${severity} ${code}`);

describeOnEachDatabase("ping()", (kind) => {
  let database: Awaited<ReturnType<typeof kind.create>>;

  beforeEach(async () => {
    database = await kind.create();
  });
  afterEach(() => database.drop());

  it("finds no problem in a service that works, and migrates its table (M20)", async () => {
    const service = openService(database.url, CHEAP);

    expect(await service.ping()).toEqual({ ok: true, latencyMs: expect.any(Number), problems: [] });
    const leased = await openLeased(database.url, CHEAP);
    expect(await leased.ping()).toMatchObject({ ok: true, problems: [] });
    await Promise.all([service.close(), leased.close()]);
  });

  it("changes nothing, also not the last use of a key (M20)", async () => {
    const service = openService(database.url, CHEAP);
    const { id } = await service.createApiKeys(SECRET);
    const before = await service.retrieveApiKey(id);
    await service.ping();

    expect(await service.listApiKeys()).toEqual([before]);
    await service.close();
  });

  it("reports an unreachable database with what to check, and works once it is reachable (M20)", async () => {
    const url =
      kind.name === "sqlite" ? `sqlite:${join(__dirname, "missing", "keys.db")}` : "postgres://u@127.0.0.1:1/none";
    const service = openService(url, CHEAP);
    const { ok, problems } = await service.ping();

    expect(ok).toBe(false);
    expect(problems).toMatchObject([{ severity: "error", code: "unreachable" }]);
    expect(problems[0]?.message).toMatch(/the database cannot be reached: cannot connect to /);
    expect(problems[0]?.remedy).toMatch(/databaseUrl/);
    await service.close();
  });

  it("reports a missing table and how to create it, standalone and in Medusa (M20)", async () => {
    const standalone = openService(database.url, { ...CHEAP, migrate: false });
    const { ApiKeyModuleService } = jest.requireActual("../../index.js");
    const inMedusa = new ApiKeyModuleService({}, { databaseUrl: database.url }, {});
    const [first, second] = [await standalone.ping(), await inMedusa.ping()];

    expect(codes(first)).toEqual(["error table_missing"]);
    expect(first.problems[0]?.remedy).toMatch(/service\.migrate\(\)/);
    expect(codes(second)).toEqual(["error table_missing"]);
    expect(second.problems[0]?.remedy).toMatch(/medusa db:migrate/);
    await Promise.all([standalone.close(), inMedusa.close()]);
  });

  it("reports that tokens are rejected because hash keys are missing (M20)", async () => {
    const keyed = { hashing: "sha256", hashKeys: [{ id: "k1", secret: Buffer.alloc(32, 1) }] };
    const creator = openService(database.url, keyed);
    const { token } = await creator.createApiKeys(SECRET);
    await creator.close();
    const service = openService(database.url, { hashing: "sha256" });
    await service.authenticate(token);
    const health = await service.ping();

    expect(health).toMatchObject({ ok: true, problems: [{ severity: "warning", code: "hash_keys_unknown" }] });
    expect(health.problems[0]?.message).toMatch(/k1 \(1 tokens?\)/);
    await service.close();
  });

  it("reports a full queue of tokens to be hashed as an error while it is full (M20)", async () => {
    const slow = { argon2: { memoryKib: 65_536, iterations: 4 }, hashConcurrency: 1, hashQueueLimit: 1 };
    const service = openService(database.url, slow);
    await service.migrate();
    let isOver = false;
    const create = async () => {
      while (!isOver) await service.createApiKeys(SECRET).catch(() => undefined);
    };
    const creators = Array.from({ length: 4 }, create);
    const busy = await until(
      () => service.ping(),
      ({ problems }) => problems.length > 0,
    );
    isOver = true;
    await Promise.all(creators);

    expect(codes(busy)).toEqual(["error overloaded"]);
    expect(busy.problems[0]?.remedy).toMatch(/hashQueueLimit/);
    expect(await service.ping()).toMatchObject({ ok: true });
    await service.close();
  });

  it("resolves after close() and reports that the service is closed (M20)", async () => {
    const service = openService(database.url, CHEAP);
    await service.ping();
    await service.close();

    expect(codes(await service.ping())).toEqual(["error closed"]);
  });

  it("rejects settings, which it has not (M20)", async () => {
    const service = openService(database.url, CHEAP);
    const ping = service.ping as (settings: object) => Promise<unknown>;
    const failure = await failureOf(ping.call(service, { timeout: untyped(5) }));

    expect(failure).toMatchObject({ type: "invalid_data", message: expect.stringContaining('"timeout"') });
    await service.close();
  });
});

describe("[postgres] ping() of a server that accepts connections and never answers", () => {
  let server: Server;

  beforeEach(async () => {
    server = createServer((socket) => socket.on("error", () => undefined));
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
  });
  afterEach(() => server.close());

  it("resolves within callTimeout (M20)", async () => {
    const { port } = server.address() as { port: number };
    const service = openService(`postgres://u@127.0.0.1:${port}/none`, { callTimeout: 500 });
    const startedAt = performance.now();
    const health = await service.ping();

    expect(performance.now() - startedAt).toBeLessThan(900);
    expect(health.ok).toBe(false);
    expect(codes(health)[0]).toMatch(/^error (timed_out|unreachable)$/);
    await service.close();
  });
});

describe("The codes of problems", () => {
  it("are the same in TypeScript and in Rust (M20)", () => {
    const rust = readFileSync(join(ROOT, "src/service/ping/problem.rs"), "utf8");
    const made = rust.matchAll(/(?:Self::(?:error|warning)\(\s*|=> )"([a-z_]+)",?/g);
    const [, union = ""] =
      /type ApiKeyModuleProblemCode =([^;]+);/.exec(readFileSync(join(ROOT, "module/health.ts"), "utf8")) ?? [];
    const documented = [...union.matchAll(/"([a-z_]+)"/g)].map(([, code]) => code);
    const severities = ["error", "warning"];

    expect(documented.length).toBeGreaterThan(10);
    expect(new Set([...made].map(([, code]) => code).filter((code) => !severities.includes(code as string)))).toEqual(
      new Set(documented),
    );
  });
});
