// Twenty processes declare the same keys at once, as replicas of a deployment do when they start.

import { randomBytes } from "node:crypto";
import { describeOnEachDatabase } from "../support/databases";
import { type Member, startFleet } from "../support/fleet";
import { openService } from "../support/ours";
import { CHEAP } from "../support/surroundings";

const PROCESSES = 20;
const ROUNDS = 5;

describeOnEachDatabase("ensureApiKeys in 20 processes at once", (database) => {
  let created: Awaited<ReturnType<typeof database.create>>;
  let fleet: Member[] = [];

  beforeAll(async () => {
    created = await database.create();
    const service = openService(created.url);
    await service.migrate();
    await service.close();
    const options = (index: number) => (index % 2 === 0 ? CHEAP : { hashing: "sha256" });
    const each = Array.from({ length: PROCESSES }, (_, index) => ({
      databaseUrl: created.url,
      callTimeout: 60_000,
      lastUsedInterval: false,
      ...options(index),
    }));
    fleet = await startFleet(each);
  }, 120_000);
  afterAll(async () => {
    await Promise.all(fleet.map((member) => member.stop()));
    await created.drop();
  });

  /** Declares the same keys in every process at once, and checks that one process created all of them. */
  async function race(list: { title: string; token: string }[]) {
    const outcomes = (await Promise.all(fleet.map((member) => member.call("ensureApiKeys", [[list]])))).flat();

    expect(outcomes.filter(({ failure }) => failure)).toEqual([]);
    const states = outcomes.map(({ value }) => (value as { state: string }[]).map(({ state }) => state).join());
    const all = (state: string) => list.map(() => state).join();
    expect(states.sort()).toEqual([all("created"), ...Array(PROCESSES - 1).fill(all("unchanged"))]);
  }

  // Half of the processes hash with another scheme, and all with a salt, so that no unique column prevents a second row.
  it("creates each secret key exactly once (M13)", async () => {
    const service = openService(created.url);
    for (let round = 0; round < ROUNDS; round++) {
      const title = `Secret ${round}`;
      const tokens = Array.from({ length: 3 }, () => `sk_${randomBytes(32).toString("hex")}`);
      await race(tokens.map((token) => ({ title, type: "secret", created_by: "seed", token })));

      expect(await service.listApiKeys({ title })).toHaveLength(tokens.length);
      for (const token of tokens) {
        expect(await service.authenticate(token)).toMatchObject({ title });
      }
    }
    await service.close();
  }, 120_000);

  it("creates each publishable key exactly once", async () => {
    const service = openService(created.url);
    for (let round = 0; round < ROUNDS; round++) {
      const web = { title: "Web", type: "publishable", created_by: "seed", token: `pk_storefront_${round}` };
      await race([web, { ...web, token: `${web.token}_b` }]);
    }
    expect(await service.listApiKeys({ title: "Web" })).toHaveLength(2 * ROUNDS);
    await service.close();
  }, 120_000);

  it("creates each key exactly once when every process declares it in another order", async () => {
    const service = openService(created.url);
    const tokens = Array.from({ length: 6 }, () => `sk_${randomBytes(32).toString("hex")}`);
    const list = tokens.map((token, index) => ({ title: `Order ${index}`, type: "secret", created_by: "seed", token }));
    const calls = fleet.map((member, index) => {
      const rotated = [...list.slice(index % list.length), ...list.slice(0, index % list.length)];
      return member.call("ensureApiKeys", [[rotated]]);
    });
    const outcomes = (await Promise.all(calls)).flat();

    expect(outcomes.filter(({ failure }) => failure)).toEqual([]);
    expect(await service.listApiKeys({ title: { $like: "Order %" } })).toHaveLength(list.length);
    await service.close();
  }, 120_000);
});
