// When a key was last used.

import { describeOurs, type Implementation } from "../support/implementations";
import { openService } from "../support/ours";
import { PUBLISHABLE, SECRET } from "../support/service";
import { after, stopClock } from "../support/time";
import { until } from "../support/until";

const NOON = "2030-01-01T12:00:00.000Z";
/** Short, as uses are never collected for longer than that; the clock of these tests moves by itself. */
const INTERVAL = 100;

const timeOf = (value: unknown) => (value === null ? null : new Date(value as string).toISOString());

const lastUseOf = async (current: Implementation, id: string) => {
  const [row] = await current.sql("SELECT last_used_at FROM api_key WHERE id = ?", [id]);
  return timeOf(row?.last_used_at ?? null);
};

describeOurs(
  "last_used_at",
  (current) => {
    beforeEach(() => stopClock(NOON));
    afterEach(() => jest.useRealTimers());

    const service = () => current().service;
    const written = (id: string, time: Date | string) =>
      until(async () => (await lastUseOf(current(), id)) === timeOf(time));

    /** Waits until a flush has come and gone that began after this call. */
    const flushed = async () => {
      const { id, token } = await service().createApiKeys({ ...SECRET, title: "Flushed" });
      await service().authenticate(token);
      await until(async () => (await lastUseOf(current(), id)) !== null);
    };

    it("is written soon after the first use without other changes or events (M3)", async () => {
      const { id, token } = await service().createApiKeys(SECRET);
      const [before] = await current().table();
      current().emitted.length = 0;
      jest.setSystemTime(after(NOON, 5));
      expect(await service().authenticate(token)).toMatchObject({ id, last_used_at: null });
      await written(id, after(NOON, 5));

      const [row] = await current().table();
      expect({ ...row, last_used_at: null }).toEqual(before);
      expect(current().emitted).toEqual([]);
      expect(await service().authenticate(token)).toMatchObject({ last_used_at: after(NOON, 5) });
    });

    it("is written for a live publishable key whose token is looked up (M3)", async () => {
      const [live, revoked] = await service().createApiKeys([PUBLISHABLE, PUBLISHABLE]);
      await service().revoke(revoked.id, { revoked_by: "user_1" });
      for (const { token } of [live, revoked]) {
        await service().listApiKeys({ token, type: "publishable" }, { select: ["id", "token", "revoked_at"] });
      }
      await written(live.id, NOON);
      await flushed();

      expect(await lastUseOf(current(), revoked.id)).toBeNull();
    });

    it("is written at most once per interval of the callers' clock (M3)", async () => {
      const { id, token } = await service().createApiKeys(SECRET);
      await service().authenticate(token);
      await written(id, NOON);
      jest.setSystemTime(after(NOON, 0.099));
      await service().authenticate(token);
      await flushed();
      expect(await lastUseOf(current(), id)).toBe(timeOf(NOON));
      jest.setSystemTime(after(NOON, 0.1));
      await service().authenticate(token);

      await written(id, after(NOON, 0.1));
    });

    it("never goes backwards (M3)", async () => {
      const { id, token } = await service().createApiKeys(SECRET);
      await service().authenticate(token);
      await written(id, NOON);
      jest.setSystemTime(after(NOON, -3600));
      await service().authenticate(token);
      await flushed();
      expect(await lastUseOf(current(), id)).toBe(timeOf(NOON));
      await current().sql("UPDATE api_key SET last_used_at = '2031-01-01T00:00:00.000+00:00' WHERE id = ?", [id]);
      jest.setSystemTime(after(NOON, 3600));
      await service().authenticate(token);
      await flushed();

      expect(await lastUseOf(current(), id)).toBe("2031-01-01T00:00:00.000Z");
    });

    it("is not changed by a rejected token (M3)", async () => {
      const { id, token } = await service().createApiKeys(SECRET);
      expect(await service().authenticate(`${token.slice(0, -1)}_`)).toBe(false);
      await flushed();

      expect(await lastUseOf(current(), id)).toBeNull();
    });

    it.each<[string, string]>([
      [
        "revoked",
        "UPDATE api_key SET revoked_at = '2030-01-01T12:00:00.000+00:00', updated_at = '2030-01-01T12:00:00.000+00:00' WHERE id = ?",
      ],
      [
        "revoked by a clock that is ahead",
        "UPDATE api_key SET revoked_at = '2030-01-01T12:00:05.000+00:00', updated_at = '2030-01-01T12:00:05.000+00:00' WHERE id = ?",
      ],
      ["soft-deleted", "UPDATE api_key SET deleted_at = '2030-01-01T12:00:00.000+00:00' WHERE id = ?"],
    ])("is not written to a row that was %s since its use (M3)", async (_, statement) => {
      const { id, token } = await service().createApiKeys(SECRET);
      await service().authenticate(token);
      await current().sql(statement, [id]);
      const before = (await current().table()).find((row) => row.id === id);
      await flushed();

      expect((await current().table()).find((row) => row.id === id)).toEqual(before);
    });

    it("is written to a row with a scheduled revocation (M3)", async () => {
      const { id, token } = await service().createApiKeys(SECRET);
      await service().revoke(id, { revoked_by: "user_1", revoke_in: 60 });
      jest.setSystemTime(after(NOON, 1));
      await service().authenticate(token);

      await written(id, after(NOON, 1));
    });

    it("does not recreate a deleted row (M3)", async () => {
      const { id, token } = await service().createApiKeys(SECRET);
      await service().authenticate(token);
      await current().sql("DELETE FROM api_key WHERE id = ?", [id]);
      await flushed();

      expect((await current().table()).map((row) => row.title)).toEqual(["Flushed"]);
    });

    it("is written for each of many keys (M3)", async () => {
      const keys = await service().createApiKeys(Array.from({ length: 50 }, () => SECRET));
      for (const [index, { token }] of keys.entries()) {
        jest.setSystemTime(after(NOON, index));
        await service().authenticate(token);
      }
      for (const [index, { id }] of keys.entries()) await written(id, after(NOON, index));
    });

    it("is written on close, including uses within the interval (M3)", async () => {
      const other = openService(current().url, CHEAP);
      const [first, second] = await other.createApiKeys([SECRET, SECRET]);
      await other.authenticate(first.token);
      await written(first.id, NOON);
      jest.setSystemTime(after(NOON, 0.05));
      await other.authenticate(first.token);
      await other.authenticate(second.token);
      await other.close();

      expect(await lastUseOf(current(), first.id)).toBe(timeOf(after(NOON, 0.05)));
      expect(await lastUseOf(current(), second.id)).toBe(timeOf(after(NOON, 0.05)));
    });

    it("is the latest use of two services, regardless of write order (M3)", async () => {
      const other = openService(current().url, CHEAP);
      for (let round = 0; round < 10; round++) {
        const { id, token } = await service().createApiKeys(SECRET);
        jest.setSystemTime(after(NOON, round * 10 + 5));
        await (round % 2 === 0 ? other : service()).authenticate(token);
        jest.setSystemTime(after(NOON, round * 10 + 1));
        await (round % 2 === 0 ? service() : other).authenticate(token);
        await written(id, after(NOON, round * 10 + 5));
      }
      await other.close();
    }, 60_000);

    it("does not deadlock when two services write the same keys in 10 rounds (M3)", async () => {
      const services = [1, 2].map(() => openService(current().url, { ...CHEAP, lastUsedInterval: 1 }));
      const keys = await service().createApiKeys(Array.from({ length: 100 }, () => SECRET));
      for (let round = 1; round <= 10; round++) {
        jest.setSystemTime(after(NOON, round));
        await Promise.all(
          services.flatMap((one, index) =>
            (index === 0 ? keys : [...keys].reverse()).map(({ token }) => one.authenticate(token)),
          ),
        );
        for (const { id } of keys) await written(id, after(NOON, round));
      }
      await Promise.all(services.map((one) => one.close()));
    }, 60_000);
  },
  { argon2: { memoryKib: 8, iterations: 1 }, lastUsedInterval: INTERVAL },
);

const CHEAP = { argon2: { memoryKib: 8, iterations: 1 }, lastUsedInterval: INTERVAL };

describeOurs(
  "With lastUsedInterval: false",
  (current) => {
    it("last_used_at is never written, not even on close, as in stock (M3)", async () => {
      const other = openService(current().url, { ...CHEAP, lastUsedInterval: false });
      const { token } = await other.createApiKeys(SECRET);
      await other.authenticate(token);
      await other.close();

      expect((await current().table())[0]?.last_used_at).toBeNull();
    });
  },
  CHEAP,
);
