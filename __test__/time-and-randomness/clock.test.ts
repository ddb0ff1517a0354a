// Time comes from JavaScript, at the moment of the call.

import { expectFailure } from "../support/failures";
import { describeEverywhere, describeOurs } from "../support/implementations";
import { PUBLISHABLE, SECRET } from "../support/service";
import { stopClock } from "../support/time";

describeEverywhere("The global Date determines", (current) => {
  afterEach(() => jest.useRealTimers());

  it("when a key was created", async () => {
    stopClock("2031-02-03T04:05:06.789Z");

    expect(await current().service.createApiKeys(SECRET)).toMatchObject({
      ...{ created_at: new Date("2031-02-03T04:05:06.789Z"), updated_at: new Date("2031-02-03T04:05:06.789Z") },
    });
  });

  it("when a key was updated, revoked, soft-deleted and restored", async () => {
    const { service } = current();
    stopClock("2031-01-01");
    const { id } = await service.createApiKeys(PUBLISHABLE);
    const stamps = async () => {
      const { created_at, updated_at, revoked_at, deleted_at } = await service.retrieveApiKey(id, {
        withDeleted: true,
      });
      return [created_at, updated_at, revoked_at, deleted_at].map((date) => date?.getUTCFullYear() ?? null);
    };

    jest.setSystemTime(new Date("2032-01-01"));
    await service.updateApiKeys(id, { title: "New" });
    expect(await stamps()).toEqual([2031, 2032, null, null]);
    jest.setSystemTime(new Date("2033-01-01"));
    await service.revoke(id, { revoked_by: "user_1" });
    expect(await stamps()).toEqual([2031, 2033, 2033, null]);
    jest.setSystemTime(new Date("2034-01-01"));
    await service.softDeleteApiKeys(id);
    expect(await stamps()).toEqual([2031, 2034, 2033, 2034]);
    jest.setSystemTime(new Date("2035-01-01"));
    await service.restoreApiKeys(id);
    expect(await stamps()).toEqual([2031, 2035, 2033, null]);
  });

  it("times before 1970 (A20)", async () => {
    stopClock("1969-07-20T20:17:40.000Z");
    const { id } = await current().service.createApiKeys({ ...PUBLISHABLE, id: "apk_early" });

    expect(await current().service.retrieveApiKey(id)).toMatchObject({
      created_at: new Date("1969-07-20T20:17:40.000Z"),
    });
  });

  it("the order of ids created in different milliseconds", async () => {
    const ids: string[] = [];
    for (let millisecond = 0; millisecond < 10; millisecond++) {
      stopClock(new Date(1_900_000_000_000 + millisecond));
      ids.push((await current().service.createApiKeys(PUBLISHABLE)).id);
    }

    expect((await current().service.listApiKeys()).map((key) => key.id)).toEqual(ids);
  });
});

describeOurs("A call", (current) => {
  afterEach(() => jest.useRealTimers());

  it("settles although every timer and process.nextTick are faked", async () => {
    jest.useFakeTimers({ now: new Date("2031-01-01") });
    const { id, token } = await current().service.createApiKeys(SECRET);

    expect(await current().service.authenticate(token)).toMatchObject({ id, created_at: new Date("2031-01-01") });
    expect(await current().service.listApiKeys()).toHaveLength(1);
  });
});

describeOurs("A clock outside the valid range", (current) => {
  afterEach(() => jest.useRealTimers());

  it.each([
    "+010000-01-01T00:00:00.000Z",
    "+275760-09-13T00:00:00.000Z",
    "0000-12-31T23:59:59.999Z",
    "-271821-04-20T00:00:00.000Z",
  ])("at %s fails the calls that need the time and changes nothing (A20)", async (at) => {
    const { service } = current();
    const [{ id, token }] = await service.createApiKeys([SECRET, PUBLISHABLE]);
    const before = await current().table();
    stopClock(at);

    for (const call of [
      () => service.createApiKeys(PUBLISHABLE),
      () => service.createApiKeys({ ...PUBLISHABLE, id: "apk_chosen" }),
      () => service.upsertApiKeys(SECRET),
      () => service.updateApiKeys(id, { title: "New" }),
      () => service.revoke(id, { revoked_by: "user_1" }),
      () => service.rollApiKeys(id, { revoked_by: "user_1" }),
      () => service.softDeleteApiKeys(id),
      () => service.restoreApiKeys(id),
      () => service.deleteApiKeys(id),
      () => service.authenticate(token),
    ]) {
      await expectFailure(call(), "unexpected_state", /clock.*between the years 1 and 9999/);
    }
    expect(await service.listApiKeys()).toHaveLength(2);
    expect(await current().table()).toEqual(before);
  });

  it("before 1970 fails only the creation of ids (A20)", async () => {
    const { service } = current();
    stopClock("1969-12-31T23:59:59.999Z");
    const { id, token } = await service.createApiKeys({ ...SECRET, id: "apk_chosen" });

    await expectFailure(service.createApiKeys(PUBLISHABLE), "unexpected_state", /id.*before 1970/);
    await expectFailure(service.createApiKeys([{ ...SECRET, id: "apk_2" }, SECRET]), "unexpected_state", /before 1970/);
    await expectFailure(service.upsertApiKeys(PUBLISHABLE), "unexpected_state", /before 1970/);
    await expectFailure(service.rollApiKeys(id, { revoked_by: "user_1" }), "unexpected_state", /before 1970/);
    expect(await service.authenticate(token)).toMatchObject({ id, revoked_at: null });
    expect(await service.updateApiKeys(id, { title: "New" })).toMatchObject({ updated_at: new Date(-1) });
  });
});
