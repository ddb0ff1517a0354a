// Keys that are answered from memory, and that others change.

import { describeOurs, type Implementation } from "../support/implementations";
import { lookUp, lookUpPlainly, MAX_STALENESS_MS, untilHeld, warm } from "../support/leased";
import { type ApiKey, COLUMNS, type OurService, PUBLISHABLE, SECRET } from "../support/service";
import { CHEAP } from "../support/surroundings";
import { after, stopClock } from "../support/time";
import { until } from "../support/until";

const LONG_AGO = "2020-01-01T00:00:00.000Z";

/** What a caller of `authenticate` learns that these tests change. */
const seen = (key: ApiKey | false) => (key === false ? false : key.title);

describeOurs(
  "A cached key that another connection changes",
  (current) => {
    const service = () => current().service as OurService;

    /** Comes to `expected` within the bound on PostgreSQL, and is it at once on SQLite. */
    const settles = async (call: () => Promise<unknown>, expected: unknown) => {
      if (current().name === "postgres") await until(call, (answer) => Object.is(answer, expected));
      expect(await call()).toEqual(expected);
    };
    const authenticates = (token: string, expected: string | false) =>
      settles(async () => seen(await service().authenticate(token)), expected);
    const looksUpAsPlainly = async (token: string) => {
      const alike = async () =>
        JSON.stringify(await lookUp(service(), token)) === JSON.stringify(await lookUpPlainly(service(), token));
      await settles(alike, true);
    };

    it.each<[string, string, unknown[], string | false]>([
      ["gets another hash", "UPDATE api_key SET token = ?", ["0".repeat(128)], false],
      ["is soft-deleted", "UPDATE api_key SET deleted_at = ?", [LONG_AGO], false],
      ["is deleted", "DELETE FROM api_key", [], false],
      ["is revoked", "UPDATE api_key SET revoked_at = ?", [LONG_AGO], false],
      ["is made publishable", "UPDATE api_key SET type = 'publishable'", [], false],
      ["gets another title", "UPDATE api_key SET title = ?", ["Another"], "Another"],
    ])("is not served stale when it %s", async (_, sql, parameters, expected) => {
      const { token } = await service().createApiKeys(SECRET);
      await untilHeld(service());
      await warm(service(), () => service().authenticate(token));
      await current().sql(sql, parameters);

      await authenticates(token, expected);
    });

    it.each([
      ["restored", "deleted_at"],
      ["no longer revoked", "revoked_at"],
    ])("is accepted again when it is %s", async (_, column) => {
      const { token } = await service().createApiKeys(SECRET);
      await untilHeld(service());
      await warm(service(), () => service().authenticate(token));
      await current().sql(`UPDATE api_key SET ${column} = ?`, [LONG_AGO]);
      await authenticates(token, false);
      await current().sql(`UPDATE api_key SET ${column} = NULL`);

      await authenticates(token, SECRET.title);
      await warm(service(), () => service().authenticate(token));
    });

    it("is not served stale when it is one of many that change together", async () => {
      const [{ token }] = await service().createApiKeys([SECRET]);
      const { token: publishable } = await service().createApiKeys(PUBLISHABLE);
      await service().createApiKeys(Array.from({ length: 150 }, () => PUBLISHABLE));
      await untilHeld(service());
      await warm(service(), () => service().authenticate(token));
      await warm(service(), () => lookUp(service(), publishable));
      await current().sql("UPDATE api_key SET revoked_at = ?", [LONG_AGO]);

      await authenticates(token, false);
      await looksUpAsPlainly(publishable);
    });

    it.each<[string, string, unknown[]]>([
      ["is soft-deleted", "UPDATE api_key SET deleted_at = ?", [LONG_AGO]],
      ["is deleted", "DELETE FROM api_key", []],
      ["is revoked", "UPDATE api_key SET revoked_at = ?", [LONG_AGO]],
      ["gets another token", "UPDATE api_key SET token = ?", ["pk_another"]],
      ["is made secret", "UPDATE api_key SET type = 'secret'", []],
    ])("is returned by the lookup as by a query when it %s", async (_, sql, parameters) => {
      const { token } = await service().createApiKeys(PUBLISHABLE);
      await untilHeld(service());
      expect(await warm(service(), () => lookUp(service(), token))).toHaveLength(1);
      await current().sql(sql, parameters);

      await looksUpAsPlainly(token);
      await looksUpAsPlainly("pk_another");
    });

    it("ends exactly at its scheduled revocation when the clock jumps", async () => {
      try {
        stopClock("2030-01-01T00:00:00.000Z");
        const { id, token } = await service().createApiKeys(SECRET);
        await service().revoke(id, { revoked_by: "user_1", revoke_in: 60 });
        await warm(service(), () => service().authenticate(token));
        const answers: (string | false)[] = [];
        for (const seconds of [59.999, 60, 3_600, 59.999, 60, 30]) {
          jest.setSystemTime(after("2030-01-01T00:00:00.000Z", seconds));
          answers.push(seen(await service().authenticate(token)));
        }

        expect(answers).toEqual([SECRET.title, false, false, SECRET.title, false, SECRET.title]);
      } finally {
        jest.useRealTimers();
      }
    });

    it("is returned alike by the lookup and by a query for every selection", async () => {
      const [live, revoked, deleted, secret] = await service().createApiKeys([
        PUBLISHABLE,
        PUBLISHABLE,
        PUBLISHABLE,
        SECRET,
      ]);
      await service().revoke(revoked.id, { revoked_by: "user_1" });
      await service().softDeleteApiKeys(deleted.id);
      await untilHeld(service());
      await warm(service(), () => lookUp(service(), live.token));
      const outcome = (call: Promise<unknown>) =>
        call.then(
          (answer) => ({ answer, columns: (answer as object[]).map(Object.keys) }),
          (error: Error) => ({ error: error.message }),
        );
      const selects = [
        undefined,
        [],
        ["id"],
        ["id", "token", "revoked_at"],
        ["revoked_at", "token", "id"],
        ["id", "id"],
        ["title"],
        ["salt"],
        ["id", "salt"],
        ["nope"],
        ["id", "nope"],
        ["*"],
        COLUMNS,
        [...COLUMNS].reverse(),
      ];
      const tokens = [live.token, revoked.token, deleted.token, secret.token, "pk_nobody", "", "a\nb"];
      for (const select of selects) {
        for (const token of tokens) {
          const config = select === undefined ? {} : { select };
          const plain = await outcome(service().listApiKeys({ token, type: "publishable", $and: [] }, config));
          const twice = [
            await outcome(service().listApiKeys({ token, type: "publishable" }, config)),
            await outcome(
              service().listApiKeys({ token, type: "publishable" }, { ...config, relations: [], args: {} }),
            ),
          ];
          expect({ select, token, twice }).toEqual({ select, token, twice: [plain, plain] });
        }
      }
    });
  },
  { maxStaleness: MAX_STALENESS_MS, ...CHEAP },
);

describeOurs(
  "A key that changes while its hash is derived",
  (current) => {
    it("is not cached in its former state", async () => {
      const { service, sql } = current() as Implementation<OurService>;
      const { token } = await service.createApiKeys(SECRET);
      const { id: other, token: otherToken } = await service.createApiKeys(PUBLISHABLE);
      await untilHeld(service);
      await warm(service, () => lookUp(service, otherToken));
      const derivations = [service.createApiKeys([SECRET, SECRET, SECRET]), service.createApiKeys(SECRET)];
      await until(
        () => service.status(),
        ({ hashing }) => hashing.waiting > 0,
      );
      const answer = service.authenticate(token);
      // The two creations have one derivation each at a time: the third is this call's, which has read the key.
      await until(
        () => service.status(),
        ({ hashing }) => hashing.running + hashing.waiting === 3,
      );
      await sql("UPDATE api_key SET revoked_at = ?, updated_at = ? WHERE type = 'secret'", [LONG_AGO, LONG_AGO]);
      await sql("UPDATE api_key SET revoked_at = ? WHERE id = ?", [LONG_AGO, other]);
      // Changes are heard of in their order: the one of the other key tells that this one's was heard.
      await until(
        () => lookUp(service, otherToken),
        ([key]) => key?.revoked_at !== null,
      );
      expect((await service.status()).hashing.waiting).toBeGreaterThan(0);

      await expect(answer).resolves.toMatchObject({ title: SECRET.title });
      expect(await service.authenticate(token)).toBe(false);
      await Promise.all(derivations);
    });
  },
  { maxStaleness: 5_000, hashConcurrency: 1, argon2: { memoryKib: 65_536, iterations: 4 } },
);
