// Encryption of the way to PostgreSQL. The server is the tests' own PostgreSQL behind a proxy that encrypts.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cliOn } from "../cli/program";
import { expectFailure } from "../support/failures";
import { openService } from "../support/ours";
import { createPostgresDatabase, type PostgresDatabase } from "../support/postgres";
import { type RunningProxy, startProxy } from "../support/proxy";
import { SECRET } from "../support/service";
import { type Authority, certify, opensslIsInstalled, selfSign } from "./certificates";

const HERE = "IP:127.0.0.1,DNS:localhost";
const NO_CHECK = { rejectUnauthorized: false };
const declare = opensslIsInstalled ? describe : describe.skip;

declare("[postgres] Over TLS (needs the program openssl)", () => {
  let database: PostgresDatabase;
  let certified: Authority;
  let selfSigned: Authority;

  beforeAll(async () => {
    database = await createPostgresDatabase();
    certified = certify(HERE);
    selfSigned = selfSign(HERE);
  });
  afterAll(() => database?.drop());

  /** Runs `use` with a service that reaches the database through a proxy, and answers what the proxy saw. */
  async function through(
    encryption: Parameters<typeof startProxy>[1],
    options: object,
    use: (create: () => Promise<unknown>) => Promise<void>,
    change: (url: string) => string = (url) => url,
  ): Promise<RunningProxy["sessions"]> {
    const proxy = await startProxy(database.url, encryption);
    const service = openService(change(proxy.url), options);
    try {
      await use(() => service.createApiKeys(SECRET));
      return proxy.sessions;
    } finally {
      await service.close();
      await proxy.stop();
    }
  }

  const works = async (create: () => Promise<unknown>) =>
    void (await expect(create()).resolves.toMatchObject({ title: SECRET.title }));
  const isRefused = (create: () => Promise<unknown>) => expectFailure(create(), "database_error", /databaseUrl/);

  it("connects when ssl.ca is the server's certificate authority", async () => {
    const sessions = await through({ identity: certified.identity }, { ssl: { ca: certified.ca } }, works);

    expect(sessions).toEqual({ plain: 0, encrypted: expect.any(Number) });
    expect(sessions.encrypted).toBeGreaterThan(0);
  });

  it("connects when ssl.ca is the server's self-signed certificate", async () => {
    const sessions = await through({ identity: selfSigned.identity }, { ssl: { ca: selfSigned.ca } }, works);

    expect(sessions).toMatchObject({ plain: 0 });
  });

  it("connects without verification with rejectUnauthorized: false", async () => {
    const sessions = await through({ identity: selfSigned.identity }, { ssl: { rejectUnauthorized: false } }, works);

    expect(sessions.plain).toBe(0);
    expect(sessions.encrypted).toBeGreaterThan(0);
  });

  it.each<[string, object]>([
    ["ssl: true", { ssl: true }],
    ["an empty ssl object", { ssl: {} }],
    ["rejectUnauthorized: true", { ssl: { rejectUnauthorized: true } }],
  ])("rejects a self-signed certificate with %s and sends no password", async (_, options) => {
    expect(await through({ identity: selfSigned.identity }, options, isRefused)).toEqual({ plain: 0, encrypted: 0 });
  });

  it("rejects a certificate of another authority", async () => {
    const sessions = await through({ identity: certified.identity }, { ssl: { ca: selfSigned.ca } }, isRefused);

    expect(sessions.plain).toBe(0);
  });

  it("rejects a certificate for another host", async () => {
    const elsewhere = certify("DNS:elsewhere.example");
    const sessions = await through({ identity: elsewhere.identity }, { ssl: { ca: elsewhere.ca } }, isRefused);

    expect(sessions.plain).toBe(0);
  });

  it("rejects a server without TLS", async () => {
    for (const ssl of [true, { rejectUnauthorized: false }, { ca: certified.ca }]) {
      expect(await through("refused", { ssl }, isRefused)).toEqual({ plain: 0, encrypted: 0 });
    }
  });

  it("is not requested with ssl: false", async () => {
    const sessions = await through({ identity: certified.identity }, { ssl: false }, works);

    expect(sessions.encrypted).toBe(0);
  });

  it.each(["?ssl=true", "?ssl=1", "?sslmode=no-verify", "?sslmode=require", "?sslmode=verify-full"])(
    "rejects a server without TLS with %s in the URL",
    async (query) => {
      const sessions = await through("refused", {}, isRefused, (url) => url + query);

      expect(sessions).toEqual({ plain: 0, encrypted: 0 });
    },
  );

  it("verifies the certificate with ?ssl=true in the URL before it sends a password", async () => {
    const sessions = await through({ identity: selfSigned.identity }, {}, isRefused, (url) => `${url}?ssl=true`);

    expect(sessions).toEqual({ plain: 0, encrypted: 0 });
  });

  it.each<[string, string, object]>([
    ["?sslmode=no-verify in the URL", "?sslmode=no-verify", {}],
    ["?ssl=true in the URL and rejectUnauthorized: false", "?ssl=true", { ssl: NO_CHECK }],
    ["?ssl=false in the URL and rejectUnauthorized: false", "?ssl=false", { ssl: NO_CHECK }],
  ])("connects with %s", async (_, query, options) => {
    const sessions = await through({ identity: selfSigned.identity }, options, works, (url) => url + query);

    expect(sessions.plain).toBe(0);
    expect(sessions.encrypted).toBeGreaterThan(0);
  });

  it("is not requested with ?ssl=false in the URL", async () => {
    const sessions = await through({ identity: certified.identity }, {}, works, (url) => `${url}?ssl=false`);

    expect(sessions.encrypted).toBe(0);
  });

  it("is described by the command doctor, and so is a certificate that is rejected", async () => {
    const folder = mkdtempSync(join(tmpdir(), "medusa-api-key-native-ca-"));
    const ca = join(folder, "ca.pem");
    writeFileSync(ca, certified.ca);
    const proxy = await startProxy(database.url, { identity: certified.identity });
    const described = async (query: string) => {
      const { value } = await cliOn(proxy.url + query).json("doctor");
      return value.checks.filter(({ check }: { check: string }) => ["connection", "encryption"].includes(check));
    };
    try {
      expect(await described(`?sslmode=verify-full&sslrootcert=${ca}`)).toMatchObject([
        { check: "connection", state: "ok" },
        // The server is behind the proxy of this test, which decrypts.
        { check: "encryption", state: "note", message: expect.stringContaining("encrypted up to a proxy") },
      ]);
      const [failed] = await described("?sslmode=verify-full");
      expect(failed).toMatchObject({
        check: "connection",
        state: "problem",
        message: expect.stringMatching(/certificate/),
      });
    } finally {
      await proxy.stop();
      rmSync(folder, { recursive: true });
    }
  });

  it("is requested by sslmode in the URL", async () => {
    const sessions = await through({ identity: selfSigned.identity }, {}, works, (url) => `${url}?sslmode=require`);

    expect(sessions.plain).toBe(0);
    expect(sessions.encrypted).toBeGreaterThan(0);
  });
});

describe("The option ssl", () => {
  it.each<[string, object]>([
    ["an authority that is not PEM", { ca: "not a certificate" }],
    ["a certificate without its key", { cert: "-----BEGIN CERTIFICATE-----" }],
  ])("is rejected with %s", async (_, ssl) => {
    const attempt = async () => {
      const service = openService("postgres://me@127.0.0.1:1/db", { ssl });
      await service.listApiKeys().finally(() => service.close());
    };

    await expect(attempt()).rejects.toMatchObject({ message: expect.stringMatching(/ssl|databaseUrl/) });
  });
});
