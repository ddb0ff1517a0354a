// What goes on beside the derivation of keys.

import { describeOnEachDatabase } from "../support/databases";
import { expectFailure } from "../support/failures";
import { openService } from "../support/ours";
import { createPostgresDatabase, type PostgresDatabase } from "../support/postgres";
import { PUBLISHABLE, SECRET } from "../support/service";
import { until } from "../support/until";

/** So costly that a derivation outlasts many statements. */
const SLOW = { argon2: { memoryKib: 65_536, iterations: 8 }, hashConcurrency: 1 };

describeOnEachDatabase("While tokens are hashed", (kind) => {
  let database: Awaited<ReturnType<typeof kind.create>>;

  beforeEach(async () => {
    database = await kind.create();
  });
  afterEach(() => database.drop());

  it("the event loop is not blocked", async () => {
    const service = openService(database.url);
    await service.migrate();
    let turns = 0;
    let done = false;
    const turn = () => {
      turns += 1;
      if (!done) setImmediate(turn);
    };
    turn();
    await Promise.all(Array.from({ length: 20 }, () => service.createApiKeys(SECRET)));
    done = true;

    // Were a derivation done on this thread, there would be about one turn a creation.
    expect(turns).toBeGreaterThan(200);
    await service.close();
  });

  it("other calls use the only connection of the pool (S7)", async () => {
    const service = openService(database.url, { ...SLOW, pool: { max: 1 } });
    await service.migrate();
    const order: string[] = [];
    const creation = service.createApiKeys(SECRET).then(() => order.push("secret"));
    await service.listApiKeys().then(() => order.push("list"));
    await service.createApiKeys(PUBLISHABLE).then(() => order.push("publishable"));
    await creation;

    expect(order).toEqual(["list", "publishable", "secret"]);
    await service.close();
  });

  it("known tokens do not wait for unknown ones", async () => {
    const service = openService(database.url, SLOW);
    const warm = await service.createApiKeys(SECRET);
    await service.authenticate(warm.token);
    const order: string[] = [];
    const creation = service.createApiKeys([SECRET, SECRET]).then(() => order.push("created"));
    await service.authenticate(warm.token).then(() => order.push("authenticated"));
    await creation;

    expect(order).toEqual(["authenticated", "created"]);
    await service.close();
  });

  it("a forged token with a known redacted form is rejected without a derivation (S15)", async () => {
    const service = openService(database.url, SLOW);
    const { token } = await service.createApiKeys(SECRET);
    const order: string[] = [];
    const creation = service.createApiKeys(SECRET).then(() => order.push("created"));
    await service
      .authenticate(`${token.slice(0, 6)}${"0".repeat(58)}${token.slice(-3)}`)
      .then(() => order.push("refused"));
    await creation;

    expect(order).toEqual(["refused", "created"]);
    await service.close();
  });

  it("callers beyond hashQueueLimit get a retryable error and the others succeed (S15, A38)", async () => {
    const service = openService(database.url, { ...SLOW, hashQueueLimit: 2 });
    await service.migrate();
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => service.createApiKeys(SECRET)));
    const created = outcomes.filter((outcome) => outcome.status === "fulfilled");

    expect(created.length).toBeGreaterThan(0);
    expect(created.length).toBeLessThan(10);
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") {
        await expectFailure(Promise.reject(outcome.reason), "unexpected_state", /hashQueueLimit/);
      }
    }
    await expect(service.listApiKeys()).resolves.toHaveLength(created.length);
    await service.close();
  });
});

describe("[postgres] While tokens are hashed", () => {
  let database: PostgresDatabase;

  beforeEach(async () => {
    database = await createPostgresDatabase();
  });
  afterEach(() => database.drop());

  const states = async () => {
    const sessions = await database.query<{ state: string }>(
      "SELECT state FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    return sessions.map(({ state }) => state);
  };

  /** What sessions were seen doing in the first half of `call`: the derivation, as the writing transaction is the end of it. */
  const watch = async (call: Promise<unknown>) => {
    const looks: string[][] = [];
    let underWay = true;
    const finished = call.finally(() => {
      underWay = false;
    });
    while (underWay) {
      looks.push(await states());
    }
    await finished;
    return looks.slice(0, Math.floor(looks.length / 2));
  };

  const expectNoTransaction = (looks: string[][]) => {
    expect(looks.length).toBeGreaterThan(3);
    expect(looks.flat()).toContain("idle");
    expect(looks.flat()).not.toContain("idle in transaction");
  };

  it("no session is idle in a transaction during a creation (S7)", async () => {
    const service = openService(database.url, SLOW);
    await service.migrate();

    expectNoTransaction(await watch(service.createApiKeys([SECRET, SECRET, SECRET])));
    await service.close();
  });

  it("no session is idle in a transaction during an authentication or a roll (S7)", async () => {
    const creator = openService(database.url, SLOW);
    const { id, token } = await creator.createApiKeys(SECRET);
    await creator.close();
    const service = openService(database.url, SLOW);
    await service.listApiKeys();
    // The first reads are transactions on the session that opened the database; the later ones have a session of their own.
    await until(async () => (await states()).filter((state) => state === "idle").length === 2);

    expectNoTransaction(await watch(service.authenticate(token)));
    expectNoTransaction(await watch(service.rollApiKeys(id, { revoked_by: "user_1" })));
    await service.close();
  });
});
