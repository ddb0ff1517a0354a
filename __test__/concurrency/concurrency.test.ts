// Many calls at a time. Parallel revocations of one key are in ../revoke/revoke.test.ts, a race between processes in ../revoke/race.test.ts.

import { CHEAP } from "../differential/hashes";
import { describeOurs } from "../support/implementations";
import { MAX_STALENESS_MS, untilHeld } from "../support/leased";
import { type ApiKey, type OurService, PUBLISHABLE, SECRET } from "../support/service";
import { until } from "../support/until";

const BY = { revoked_by: "user_1" };
const MANY = 500;

const times = <Value>(count: number, make: (index: number) => Value): Value[] =>
  Array.from({ length: count }, (_, index) => make(index));

const answersOf = <Answer>(outcomes: PromiseSettledResult<Answer>[]): Answer[] =>
  outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));

const failuresOf = (outcomes: PromiseSettledResult<unknown>[]): Error[] =>
  outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));

describeOurs(
  "Parallel writes",
  (current) => {
    it("create one key for one id and roll back the failed calls completely", async () => {
      for (const kind of [SECRET, PUBLISHABLE]) {
        await current().sql("DELETE FROM api_key");
        const outcomes = await Promise.allSettled(
          times(20, (index) =>
            current().service.createApiKeys([
              { ...kind, title: `Neighbour ${index}` },
              { ...kind, title: `Title ${index}`, id: "apk_one" },
            ]),
          ),
        );
        const [winner, ...others] = answersOf(outcomes);

        expect(others).toEqual([]);
        for (const { message } of failuresOf(outcomes)) {
          expect(message).toBe("Api key with id: apk_one, already exists.");
        }
        const titles = (await current().service.listApiKeys()).map((key) => key.title);
        expect(titles.sort()).toEqual(winner?.map((key) => key.title).sort());
      }
    });

    it("of one key leave the title and time of a single update", async () => {
      const { id } = await current().service.createApiKeys(PUBLISHABLE);
      const answers = await Promise.all(
        times(40, (index) => current().service.updateApiKeys(id, { title: `Title ${index}` })),
      );

      expect(new Set(answers.map((key) => key.title)).size).toBe(40);
      expect(answers).toContainEqual(await current().service.retrieveApiKey(id));
    });

    it("of the same keys in opposite orders complete without a deadlock", async () => {
      const { service } = current();
      const ids = (await service.createApiKeys(times(12, () => PUBLISHABLE))).map((key) => key.id);
      for (let round = 0; round < 10; round++) {
        const there = [...ids].sort(() => (round % 2 === 0 ? 1 : -1));
        const back = [...there].reverse();
        await Promise.all([
          service.updateApiKeys({ id: there }, { title: `There ${round}` }),
          service.updateApiKeys({ id: back }, { title: `Back ${round}` }),
          service.upsertApiKeys(back.map((id) => ({ id, title: `Again ${round}` }))),
          service.revoke({ id: there }, { ...BY, revoke_in: 3600 }),
          service.revoke({ id: back }, { ...BY, revoke_in: 7200 }),
        ]);
        await Promise.all([service.softDeleteApiKeys(there), service.restoreApiKeys(back)]);
        await service.restoreApiKeys(ids);
      }

      const keys = await service.listApiKeys();
      expect(keys).toHaveLength(12);
      // Each write is of all keys, so that none is left with what another key has not.
      expect(new Set(keys.map((key) => `${key.title} ${key.revoked_at?.toISOString()}`)).size).toBe(1);
    });

    it("let only one of a roll and a revocation of one key succeed", async () => {
      const { service } = current();
      for (let round = 0; round < 20; round++) {
        const { id } = await service.createApiKeys(SECRET);
        const before = (await service.listApiKeys()).length;
        const [rolled, revoked] = await Promise.allSettled([service.rollApiKeys(id, BY), service.revoke(id, BY)]);

        expect([rolled, revoked].filter(({ status }) => status === "fulfilled")).toHaveLength(1);
        expect(await service.listApiKeys()).toHaveLength(before + (rolled.status === "fulfilled" ? 1 : 0));
      }
    });
  },
  CHEAP,
);

for (const [mode, options] of Object.entries({ "": {}, ", with maxStaleness": { maxStaleness: MAX_STALENESS_MS } })) {
  describeOurs(
    `A key that is revoked, deleted and authenticated at once${mode}`,
    (current) => {
      beforeEach(() => untilHeld(current().service));

      /** Authenticates without a pause while `act` runs and a little longer; answers how often a call succeeded that began after it. */
      const latecomers = async (token: string, act: () => Promise<unknown>): Promise<number> => {
        let done = false;
        let late = 0;
        const caller = async () => {
          for (let after = 0; after < 3; ) {
            const beganAfter = done;
            if (beganAfter) after += 1;
            if ((await current().service.authenticate(token)) && beganAfter) late += 1;
            await new Promise(setImmediate);
          }
        };
        const callers = times(8, caller);
        await current().service.authenticate(token);
        await act().finally(() => {
          done = true;
        });
        await Promise.all(callers);
        return late;
      };

      it("is rejected for every call that starts after the revocation returned", async () => {
        for (const { id, token } of await current().service.createApiKeys(times(25, () => SECRET))) {
          expect(await latecomers(token, () => current().service.revoke(id, BY))).toBe(0);
        }
      });

      it("stays deleted when other writes run at the same time", async () => {
        const { service } = current();
        for (const { id, token } of await service.createApiKeys(times(25, () => SECRET))) {
          const meddle = () =>
            Promise.allSettled([
              service.updateApiKeys(id, { title: "New" }),
              service.upsertApiKeys({ id, title: "Newer" }),
              service.softDeleteApiKeys(id),
              service.restoreApiKeys(id),
              service.revoke(id, { ...BY, revoke_in: 60 }),
            ]);
          let meddling: Promise<unknown> | undefined;
          const late = await latecomers(token, async () => {
            await service.revoke(id, BY);
            meddling = Promise.all([meddle(), meddle()]);
            await service.deleteApiKeys(id);
          });
          await meddling;

          expect(late).toBe(0);
          expect(await current().sql("SELECT id FROM api_key WHERE id = ?", [id])).toEqual([]);
        }
        // Uses and hashes are written in the background.
        await until(async () => (await service.status()).lastUsed.pending === 0);
        expect(await current().table()).toEqual([]);
      });
    },
    { ...CHEAP, rehash: true, lastUsedInterval: 1, ...options },
  );
}

/** A call of each method that takes part; they may be made in any order, each of a key of its own. */
const CALLS: Record<string, (service: OurService, key: ApiKey, index: number) => Promise<unknown>> = {
  createApiKeys: (service) => service.createApiKeys(SECRET),
  create: (service) => service.create([SECRET, PUBLISHABLE]),
  "upsertApiKeys, creating and updating": (service, { id }) =>
    service.upsertApiKeys([SECRET, { id, title: "Upserted" }]),
  "updateApiKeys by id": (service, { id }) => service.updateApiKeys(id, { title: "Updated" }),
  "updateApiKeys of one and the same key": (service, _, index) =>
    service.updateApiKeys("apk_0", { title: `Updated ${index}` }),
  "updateApiKeys by a selector": (service, { title }) => service.updateApiKeys({ title }, { title: "Selected" }),
  retrieveApiKey: (service, { id }) => service.retrieveApiKey(id),
  listApiKeys: (service) => service.listApiKeys({ q: "key 1" }, { take: 20 }),
  list: (service) => service.list({ type: "secret" }, { take: 20, order: { title: "DESC" } }),
  listAndCountApiKeys: (service) => service.listAndCountApiKeys({}, { take: 5 }),
  "authenticate with as many tokens": (service, { token }) => service.authenticate(token),
  "authenticate with unknown tokens": async (service, { token }) =>
    (await service.authenticate(`${token.slice(0, -9)}000000${token.slice(-3)}`)) === false,
  "revoke by id": (service, { id }) => service.revoke(id, BY),
  "revoke by a selector": (service, { id }) => service.revoke({ id: [id] }, { ...BY, revoke_in: 60 }),
  rollApiKeys: (service, { id }) => service.rollApiKeys(id, BY),
  softDeleteApiKeys: (service, { id }) => service.softDeleteApiKeys(id),
  restoreApiKeys: (service, { id }) => service.restoreApiKeys([{ id }]),
  deleteApiKeys: async (service, { id }) => {
    await service.revoke(id, BY);
    await service.deleteApiKeys(id);
    return true;
  },
};

describeOurs(
  `${MANY} parallel calls on a pool of 10`,
  (current) => {
    it.each(Object.entries(CALLS))("of %s all succeed (S7)", async (_, call) => {
      const { service } = current();
      const keys = await service.createApiKeys(
        times(MANY, (index) => ({ ...SECRET, id: `apk_${index}`, title: `Key ${index}` })),
      );
      const answers = await Promise.all(keys.map((key, index) => call(service, key, index)));

      expect(answers.filter(Boolean)).toHaveLength(MANY);
    });
  },
  { ...CHEAP, pool: { max: 10 } },
);
