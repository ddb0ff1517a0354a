// Databases that cannot be reached or used.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ApiKeyError } from "../../index.js";
import { describeOnEachDatabase } from "../support/databases";
import { expectFailure, failureOf } from "../support/failures";
import { openService } from "../support/ours";
import { createPostgresDatabase, type PostgresDatabase } from "../support/postgres";
import { freePort, startProxy } from "../support/proxy";
import { type OurService, PUBLISHABLE, SECRET } from "../support/service";

const PASSWORD = "wrong-horse-battery";

describe("[postgres] A database that cannot be reached", () => {
  let database: PostgresDatabase;

  beforeAll(async () => {
    database = await createPostgresDatabase();
  });
  afterAll(() => database?.drop());

  const failure = async (url: string, options: object = {}) => {
    // What cannot be a URL is rejected by the constructor.
    let service: OurService;
    try {
      service = openService(url, options);
    } catch (error) {
      return error as ApiKeyError;
    }
    const error = await failureOf(service.listApiKeys());
    await service.close();
    return error;
  };
  const changed = (change: (url: URL) => void) => {
    const url = new URL(database.url);
    url.password = PASSWORD;
    change(url);
    return url.href;
  };

  it.each<[string, () => Promise<string>]>([
    [
      "no server listens",
      async () => {
        const port = await freePort();
        return changed((url) => {
          url.port = String(port);
        });
      },
    ],
    ["the password is wrong", async () => changed(() => undefined)],
    [
      "the user is unknown",
      async () =>
        changed((url) => {
          url.username = "nobody_here";
        }),
    ],
    [
      "the host does not exist",
      async () =>
        changed((url) => {
          url.hostname = "host.invalid";
        }),
    ],
  ])("fails a call with a reason that omits the password when %s", async (_, url) => {
    const error = await failure(await url(), { pool: { acquireTimeoutMs: 5_000 } });

    expect(error).toMatchObject({ type: "database_error", __isMedusaError: true });
    expect(error.message).toContain("databaseUrl");
    expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toContain(PASSWORD);
  });

  it("fails a call when the database does not exist", async () => {
    const url = new URL(database.url);
    url.pathname = "/not_there";

    expect(await failure(url.href)).toMatchObject({
      type: "database_error",
      message: expect.stringMatching(/databaseUrl.*not_there|does not exist/s),
    });
  });

  it("fails a call at callTimeout when the server never responds", async () => {
    const proxy = await startProxy(database.url, "never answered");
    const error = await failure(proxy.url, { callTimeout: 300 });
    await proxy.stop();

    expect(error).toMatchObject({ type: "database_error" });
  });

  it.each([
    "postgres://me:PASSWORD@127.0.0.1:PORT/db",
    "postgres://127.0.0.1:PORT/db?user=me&password=PASSWORD",
    "postgres://:PASSWORD@127.0.0.1:PORT/db",
    "postgres://me:PASSWORD@127.0.0.1:PORT/db?sslmode=PASSWORD",
    "postgres://me:PASSWORD@127.0.0.1:PORT/db?sslkey=/PASSWORD&sslmode=verify-full",
    "postgres://me:PASSWORD@127.0.0.1:PORT/db?port=PASSWORD",
    "postgres:///db?host=/nowhere&password=PASSWORD",
  ])("keeps the password out of the error for %s", async (pattern) => {
    const error = await failure(pattern.replaceAll("PASSWORD", PASSWORD).replace("PORT", String(await freePort())));

    expect(error).toMatchObject({ __isMedusaError: true });
    expect(error.message).toContain("databaseUrl");
    expect(`${error.message} ${error.stack} ${JSON.stringify(error)}`).not.toContain(PASSWORD);
  });

  it("names the option schema when the schema is missing and recovers once it exists", async () => {
    const service = openService(database.url, { schema: "not_there" });
    await expectFailure(service.listApiKeys(), "database_error", /\bschema\b/);
    await expectFailure(service.createApiKeys(PUBLISHABLE), "database_error", /^schema\b/);
    await expectFailure(service.migrate(), "database_error", /^schema\b/);
    await database.query("CREATE SCHEMA not_there");

    await expect(service.createApiKeys(PUBLISHABLE)).resolves.toMatchObject(PUBLISHABLE);
    await service.close();
  });

  it("serves the next call once it is reachable", async () => {
    const port = await freePort();
    const url = new URL(database.url);
    url.port = String(port);
    const service = openService(url.href, { pool: { acquireTimeoutMs: 1_000 } });
    await expectFailure(service.listApiKeys(), "database_error", /databaseUrl/);
    const proxy = await startProxy(database.url, "refused", port);

    await expect(service.createApiKeys(PUBLISHABLE)).resolves.toMatchObject(PUBLISHABLE);
    await service.close();
    await proxy.stop();
  });

  it("serves the next calls after the server terminated all sessions", async () => {
    const service = openService(database.url);
    const { id, token } = await service.createApiKeys(SECRET);
    for (let round = 0; round < 3; round++) {
      await service.authenticate(token);
      await database.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
      );

      expect(await service.authenticate(token)).toMatchObject({ id });
      await database.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
      );
      await expect(service.createApiKeys(PUBLISHABLE)).resolves.toMatchObject(PUBLISHABLE);
    }
    await service.close();
  });
});

describe("[sqlite] A file that cannot be used", () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "medusa-api-key-native-"));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it.each<[string, (path: string) => Promise<string>]>([
    ["is a directory", async (path) => path],
    [
      "is in a directory that is a file",
      async (path) => {
        await writeFile(join(path, "file"), "");
        return join(path, "file", "api-keys.db");
      },
    ],
    [
      "is not a database",
      async (path) => {
        await writeFile(join(path, "text.db"), "This is no database. ".repeat(100));
        return join(path, "text.db");
      },
    ],
  ])("fails a call with a reason when it %s", async (_, path) => {
    const service = openService(`sqlite:${await path(directory)}`);

    await expectFailure(service.createApiKeys(PUBLISHABLE), "database_error", /./);
    await service.close();
  });
});

describeOnEachDatabase("A service with migrate: false", (kind) => {
  it("fails every call on a missing table, names the remedy and creates nothing", async () => {
    const database = await kind.create();
    const service = openService(database.url, { migrate: false });

    for (const call of [
      service.listApiKeys(),
      service.createApiKeys(SECRET),
      service.authenticate(`sk_${"0".repeat(64)}`),
    ]) {
      await expectFailure(call, "database_error", /api_key.*migrate/s);
    }
    await service.close();
    await database.drop();
  });

  it("creates the table on migrate()", async () => {
    const database = await kind.create();
    const service = openService(database.url, { migrate: false });
    await service.migrate();

    await expect(service.createApiKeys(PUBLISHABLE)).resolves.toMatchObject(PUBLISHABLE);
    await service.migrate();
    await expect(service.listApiKeys()).resolves.toHaveLength(1);
    await service.close();
    await database.drop();
  });
});
