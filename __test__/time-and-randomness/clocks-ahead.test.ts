// Keys whose rows were written by a clock that is ahead of the reader's.

import fc from "fast-check";
import { expectFailure } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { openService } from "../support/ours";
import { PUBLISHABLE, SECRET } from "../support/service";
import { after, stopClock } from "../support/time";

const NOW = "2030-06-07T06:07:08.009Z";
const HOUR = 3600;
const BY = { revoked_by: "user_2" };

describeOurs("A key with a revocation in an hour", (current) => {
  beforeEach(() => stopClock(NOW));
  afterEach(() => jest.useRealTimers());

  it.each<[string, (id: string) => Promise<unknown>]>([
    ["renamed", (id) => current().service.updateApiKeys(id, { title: "New" })],
    ["renamed by an upsert", (id) => current().service.upsertApiKeys({ id, title: "New" })],
    [
      "soft-deleted and restored",
      async (id) => {
        await current().service.softDeleteApiKeys(id);
        await current().service.restoreApiKeys(id);
      },
    ],
  ])("stays valid after it was %s by a clock that is two hours ahead (S8)", async (_, change) => {
    const { service } = current();
    const { id, token } = await service.createApiKeys({ ...SECRET, expires_in: HOUR });
    jest.setSystemTime(after(NOW, 2 * HOUR));
    await change(id);
    jest.setSystemTime(after(NOW, 1));

    await expect(service.authenticate(token)).resolves.toMatchObject({ id });
    await expectFailure(service.deleteApiKeys(id), "not_allowed", /not revoked/);
    await expect(service.revoke(id, BY)).resolves.toMatchObject({ id, revoked_at: after(NOW, 1) });
  });
});

describeOurs("A key that was revoked by a clock that is an hour ahead", (current) => {
  beforeEach(() => stopClock(NOW));
  afterEach(() => jest.useRealTimers());

  it.each<[string, (id: string) => Promise<unknown>]>([
    ["left alone", async () => {}],
    ["renamed", (id) => current().service.updateApiKeys(id, { title: "New" })],
    ["renamed by a selector", (id) => current().service.updateApiKeys({ id: [id, "apk_other"] }, { title: "New" })],
    ["renamed by an upsert", (id) => current().service.upsertApiKeys({ id, title: "New" })],
    [
      "soft-deleted and restored",
      async (id) => {
        await current().service.softDeleteApiKeys(id);
        await current().service.restoreApiKeys(id);
      },
    ],
  ])("stays revoked when it is %s by a clock that is right (S8)", async (_, change) => {
    const { service } = current();
    await service.createApiKeys({ ...PUBLISHABLE, id: "apk_other" });
    const { id, token } = await service.createApiKeys(SECRET);
    jest.setSystemTime(after(NOW, HOUR));
    await service.revoke(id, BY);
    jest.setSystemTime(after(NOW, 1));
    await change(id);

    await expect(service.authenticate(token)).resolves.toBe(false);
    await expectFailure(service.revoke(id, BY), "invalid_data", /already revoked/);
    expect(await service.retrieveApiKey(id)).toMatchObject({ revoked_at: after(NOW, HOUR), deleted_at: null });
    await service.deleteApiKeys(id);
  });

  it("stays revoked when a clock that is as far ahead renames it later (S8)", async () => {
    const { service } = current();
    const { id, token } = await service.createApiKeys(SECRET);
    jest.setSystemTime(after(NOW, HOUR));
    await service.revoke(id, BY);
    jest.setSystemTime(after(NOW, HOUR + 60));
    await service.updateApiKeys(id, { title: "New" });
    jest.setSystemTime(after(NOW, 1));

    await expect(service.authenticate(token)).resolves.toBe(false);
    await expectFailure(service.revoke(id, BY), "invalid_data", /already revoked/);
    await service.deleteApiKeys(id);
  });

  it("is returned with the stored updated_at, separately from other keys (S8)", async () => {
    const { service } = current();
    const [{ id }, other] = await service.createApiKeys([SECRET, PUBLISHABLE]);
    jest.setSystemTime(after(NOW, HOUR));
    await service.revoke(id, BY);
    jest.setSystemTime(after(NOW, 1));
    const answered = await service.updateApiKeys({}, { title: "New" });

    expect(answered.find((key) => key.id === id)).toMatchObject({ updated_at: after(NOW, HOUR) });
    expect(answered.find((key) => key.id === other.id)).toMatchObject({ updated_at: after(NOW, 1) });
    expect(await service.listApiKeys()).toEqual(answered);
    await service.softDeleteApiKeys(id);
    const [hidden] = await service.listApiKeys({ id }, { withDeleted: true });
    expect(hidden).toMatchObject({ deleted_at: after(NOW, 1), updated_at: after(NOW, HOUR) });
  });
});

describeOurs("The rule for an ended key", (current) => {
  afterEach(() => jest.useRealTimers());

  /** Offsets from now in microseconds, near the edges of the rule. */
  const offset = fc
    .tuple(fc.constantFrom(-2_000, -1_001, -1_000, -1, 0, 1, 999, 1_000, 1_001, 2_001), fc.constantFrom(0, 1, 500, 999))
    .map(([ms, us]) => ms * 1_000 + us);

  /** The time that many microseconds after NOW, as each database writes it. */
  const written = (us: number) => {
    const ms = Math.floor(us / 1_000);
    const at = new Date(new Date(NOW).getTime() + ms).toISOString().slice(0, -1);
    const fraction = String(us - ms * 1_000).padStart(3, "0");
    return `${at.replace("T", current().name === "sqlite" ? "T" : " ")}${fraction === "000" ? "" : fraction}+00:00`;
  };

  it("is the same for the deletion of keys and for the record of their last use (S8)", async () => {
    stopClock(NOW);
    const moments = fc.sample(fc.record({ revoked: offset, updated: offset }), { seed: 12, numRuns: 400 });
    const keys = await current().service.createApiKeys(
      moments.map((_, index) => ({ ...PUBLISHABLE, id: `apk_${index}` })),
    );
    for (const [index, { revoked, updated }] of moments.entries()) {
      await current().sql("UPDATE api_key SET revoked_by = 'user_2', revoked_at = ?, updated_at = ? WHERE id = ?", [
        ...[written(revoked), written(revoked + updated), `apk_${index}`],
      ]);
    }
    const recording = openService(current().url);
    for (const { token } of keys) await recording.listApiKeys({ token, type: "publishable" });
    await recording.close();
    const used = new Set((await current().table()).filter((row) => row.last_used_at !== null).map(({ id }) => id));
    const live = new Set<unknown>();
    for (const { id } of keys) {
      await current()
        .service.deleteApiKeys(id)
        .catch(() => live.add(id));
    }

    const ended = ({ revoked, updated }: (typeof moments)[number]) => {
      const [end, last] = [revoked, revoked + updated].map((us) => Math.floor(us / 1_000)) as [number, number];
      return end <= 0 || (end <= last && last <= end + 1_000);
    };
    const expected = new Set(moments.flatMap((moment, index) => (ended(moment) ? [] : [`apk_${index}`])));
    expect(expected.size).toBeGreaterThan(50);
    expect(live).toEqual(expected);
    expect(used).toEqual(expected);
  });
});
