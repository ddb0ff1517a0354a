// A thousand redemptions of one token from eight processes at once, some of which are killed: one succeeds.
//
// Each call has its own `revoked_by`, so the row names the call that ended the key.

import { describeOnEachDatabase } from "../support/databases";
import { type Member, type Outcome, startFleet } from "../support/fleet";
import { openService } from "../support/ours";
import { withClient } from "../support/surroundings";

const PROCESSES = 8;
const CALLS = 125;
const ROUNDS = 4;
const KILLED = 2;
const PURPOSE = "password-reset";
const LONG = 240_000;

interface Answer {
  caller: string;
  outcome: Outcome;
}

describeOnEachDatabase("1,000 redemptions in eight processes at once", (database) => {
  let created: Awaited<ReturnType<typeof database.create>>;
  let service: ReturnType<typeof openService>;
  let fleet: Member[] = [];
  const options = () => ({ databaseUrl: created.url, callTimeout: 60_000, hashing: "sha256" });

  beforeAll(async () => {
    created = await database.create();
    service = openService(created.url, { hashing: "sha256", callTimeout: 60_000 });
    await service.migrate();
    fleet = await startFleet(Array.from({ length: PROCESSES }, options));
  }, LONG);
  afterAll(async () => {
    await Promise.all(fleet.map((member) => member.stop()));
    await service.close();
    await created.drop();
  });

  /** Lets every process redeem a new key many times, while `disturb` runs, and returns the answers and the key afterwards. */
  async function race(disturb: () => Promise<unknown> = async () => undefined) {
    const { id, token } = await service.createApiKeys({
      title: "Reset",
      type: "secret",
      created_by: "x",
      purpose: PURPOSE,
    });
    const calls = fleet.map(async (member, process) => {
      const callers = Array.from({ length: CALLS }, (_, index) => `${process}-${index}`);
      const outcomes = await member.call(
        "redeem",
        callers.map((caller) => [token, { purpose: PURPOSE, revoked_by: caller }]),
      );
      return outcomes.map((outcome, index): Answer => ({ caller: callers[index] as string, outcome }));
    });
    await disturb();
    const answers = (await Promise.all(calls)).flat();
    const winners = answers.filter(({ outcome }) => (outcome.value as { valid?: boolean } | undefined)?.valid);
    return { token, answers, winners, key: await service.retrieveApiKey(id) };
  }

  /** Checks that at most one call succeeded, and that the row names it. */
  async function expectOneRedemption({ token, winners, key }: Awaited<ReturnType<typeof race>>) {
    const callers = winners.map(({ caller }) => caller);
    const last = await service.redeem(token, { purpose: PURPOSE, revoked_by: "last" });
    if (key.revoked_at === null) {
      // Every process that tried was cut off before its commit.
      expect(callers).toEqual([]);
      expect(last.valid).toBe(true);
      return;
    }
    expect(callers).toEqual(callers.length === 0 ? [] : [key.revoked_by]);
    expect(last).toEqual({ valid: false, reason: "revoked" });
  }

  it(
    "succeeds in exactly one call (M14)",
    async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const raced = await race();

        expect(raced.answers.filter(({ outcome }) => outcome.failure)).toEqual([]);
        expect(raced.winners).toHaveLength(1);
        const refused = raced.answers.filter(
          ({ outcome }) => (outcome.value as { reason?: string }).reason === "revoked",
        );
        expect(refused).toHaveLength(PROCESSES * CALLS - 1);
        await expectOneRedemption(raced);
      }
    },
    LONG,
  );

  it(
    "succeeds in at most one call, which the row names, when processes are killed (M14)",
    async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const killed = Array.from({ length: KILLED }, (_, index) => (round * KILLED + index) % PROCESSES);
        const raced = await race(async () => {
          // Between the first statement and the last, later in each round.
          await new Promise((resolve) => setTimeout(resolve, 15 * round));
          await Promise.all(killed.map((index) => fleet[index]?.kill()));
        });
        const survived = raced.answers.filter(({ caller }) => !killed.includes(Number(caller.split("-")[0])));

        expect(survived.filter(({ outcome }) => outcome.failure)).toEqual([]);
        expect(survived.filter(({ outcome }) => outcome.value === undefined)).toEqual([]);
        // The survivors went on until the key had ended.
        expect(raced.key.revoked_at).not.toBeNull();
        if (raced.winners.length === 0) {
          const [process = ""] = (raced.key.revoked_by ?? "").split("-");
          expect(killed).toContain(Number(process));
        }
        await expectOneRedemption(raced);
        const fresh = await startFleet(killed.map(options));
        for (const [place, index] of killed.entries()) fleet[index] = fresh[place] as Member;
      }
    },
    LONG,
  );

  if (database.name === "postgres") {
    it(
      "succeeds in exactly one call, or reports an unknown outcome, when sessions are terminated",
      async () => {
        let terminated = 0;
        for (let round = 0; round < ROUNDS * 2; round++) {
          const raced = await race(() =>
            withClient(created.url, async (client) => {
              for (let times = 0; times < 6; times++) {
                const { rowCount } = await client.query(
                  `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'`,
                );
                terminated += rowCount ?? 0;
                await new Promise((resolve) => setTimeout(resolve, 5));
              }
            }),
          );
          const unknown = raced.answers.filter(({ outcome }) => outcome.failure?.outcome === "unknown");

          if (raced.winners.length === 0 && raced.key.revoked_at !== null) {
            expect(unknown.map(({ caller }) => caller)).toContain(raced.key.revoked_by);
          }
          await expectOneRedemption(raced);
        }
        expect(terminated).toBeGreaterThan(0);
      },
      LONG,
    );
  }
});
