// What status() tells.

import type { ApiKeyModuleStatus } from "../../module/status";
import { describeOnEachDatabase } from "../support/databases";
import { MAX_STALENESS_MS, openLeased, warm } from "../support/leased";
import { NoticeBoard } from "../support/notices";
import { openService } from "../support/ours";
import { SECRET } from "../support/service";
import { CHEAP } from "../support/surroundings";

/** The members of an interface, at every level. */
type Members<T> = T extends unknown[]
  ? Members<T[number]>[]
  : T extends object
    ? { [Name in keyof T]-?: Members<NonNullable<T[Name]>> }
    : null;

/** The members of the documented interface; `tsc` rejects one that is missing or added here. */
const DOCUMENTED: Members<ApiKeyModuleStatus> = {
  answers: null,
  lease: { held: null, maxStalenessMs: null, ageMs: null, reason: null },
  readBatcher: { connected: null, calls: null, reads: null, reconnects: null },
  replica: null,
  pooler: null,
  memory: { keys: null, hits: null },
  hashing: { running: null, waiting: null, queueLimit: null, done: null },
  unknownHashKeys: [{ id: null, rejected: null }],
  lastUsed: { pending: null, written: null, failed: null },
};

/** The members of a value, at every level. */
function membersOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return null;
  if (Array.isArray(value)) return value.map(membersOf);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, membersOf(member)]));
}

describeOnEachDatabase("status()", (kind) => {
  let database: Awaited<ReturnType<typeof kind.create>>;

  beforeEach(async () => {
    database = await kind.create();
  });
  afterEach(() => database.drop());

  it("reports zero counts before the first call", async () => {
    const service = openService(database.url);

    expect(await service.status()).toEqual({
      answers: kind.name === "sqlite" ? "watched" : "strict",
      lease: null,
      readBatcher: null,
      replica: false,
      pooler: false,
      memory: { keys: 0, hits: 0 },
      hashing: { running: 0, waiting: 0, queueLimit: 1_000, done: 0 },
      unknownHashKeys: [],
      lastUsed: { pending: 0, written: 0, failed: 0 },
    });
    await service.close();
  });

  it("counts the sources of results without maxStaleness", async () => {
    const service = openService(database.url, CHEAP);
    const { token } = await service.createApiKeys(SECRET);
    for (let call = 0; call < 3; call++) await service.authenticate(token);

    expect(await service.status()).toMatchObject(
      kind.name === "sqlite"
        ? { answers: "watched", lease: null, readBatcher: null, memory: { keys: 1, hits: 2 }, hashing: { done: 2 } }
        : {
            answers: "strict",
            lease: null,
            readBatcher: { connected: true, calls: 3, reads: 3, reconnects: 0 },
            memory: { keys: 0, hits: 0 },
            hashing: { done: 2 },
          },
    );
    await service.close();
  });

  it("reports with maxStaleness whether the lease is held", async () => {
    const service = await openLeased(database.url, CHEAP);
    const { token } = await service.createApiKeys(SECRET);
    await warm(service, () => service.authenticate(token));
    const { answers, lease, memory } = await service.status();

    expect({ answers, memory }).toEqual({
      answers: kind.name === "sqlite" ? "watched" : "leased",
      memory: { keys: 1, hits: 1 },
    });
    expect(lease).toEqual(
      kind.name === "sqlite"
        ? null
        : { held: true, maxStalenessMs: MAX_STALENESS_MS, ageMs: expect.any(Number), reason: null },
    );
    await service.close();
  });

  it("has the members that ApiKeyModuleStatus documents", async () => {
    const creator = openService(database.url, { hashing: "sha256", hashKeys: [{ id: "a", secret: Buffer.alloc(32) }] });
    const { token } = await creator.createApiKeys(SECRET);
    await creator.close();
    const service = await openLeased(database.url, CHEAP);
    await service.authenticate(token);

    expect(membersOf(await service.status())).toEqual(
      kind.name === "sqlite" ? { ...DOCUMENTED, lease: null, readBatcher: null } : DOCUMENTED,
    );
    await service.close();
  });

  it("is preceded by one queue notice per overload episode", async () => {
    const board = new NoticeBoard();
    const options = { argon2: { memoryKib: 65_536, iterations: 2 }, hashConcurrency: 1, hashQueueLimit: 2 };
    const service = await openLeased(database.url, options, { logger: board.logger });
    const siege = () => Promise.allSettled(Array.from({ length: 12 }, () => service.createApiKeys(SECRET)));
    await siege();
    const first = board.names.filter((name) => name === "queue.full");
    await service.createApiKeys(SECRET);
    await siege();
    const both = board.names.filter((name) => name === "queue.full");
    board.close();

    expect([first.length, both.length]).toEqual([1, 2]);
    expect(board.logged.filter((line) => line.includes("hashQueueLimit"))).toHaveLength(2);
    await service.close();
  });
});
