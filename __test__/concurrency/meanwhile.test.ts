// Keys that another session changes while a call is under way. SQLite lets one write at a time, and so knows no meanwhile.

import { expectFailure } from "../support/failures";
import { type Implementation, STARTERS } from "../support/implementations";
import { meanwhile } from "../support/meanwhile";
import { type OurService, PUBLISHABLE } from "../support/service";

const BY = { revoked_by: "user_1" };
const GONE = 'ApiKey with id "apk_1" not found';

describe("[postgres] A write", () => {
  let ours: Implementation<OurService>;

  beforeAll(async () => {
    ours = await STARTERS.postgres();
  });
  beforeEach(async () => {
    await ours.sql("DELETE FROM api_key");
    await ours.service.createApiKeys({ ...PUBLISHABLE, id: "apk_1" });
    ours.emitted.length = 0;
  });
  afterAll(() => ours?.stop());

  const during = <Answer>(change: string, call: () => Promise<Answer>) => meanwhile(ours.url, change, call);

  it.each<[string, (service: OurService) => Promise<unknown>]>([
    ["an update", (service) => service.updateApiKeys("apk_1", { title: "New" })],
    ["an upsert", (service) => service.upsertApiKeys({ id: "apk_1", title: "New" })],
    ["a revocation", (service) => service.revoke("apk_1", BY)],
  ])(
    "finds no key that another transaction deleted or soft-deleted meanwhile and publishes no event: %s (A37)",
    async (_, act) => {
      await expectFailure(
        during("UPDATE api_key SET deleted_at = now()", () => act(ours.service)),
        "not_found",
        GONE,
      );
      expect(await ours.table()).toMatchObject([{ title: PUBLISHABLE.title, revoked_by: null }]);
      await ours.service.restoreApiKeys("apk_1");
      await expectFailure(
        during("DELETE FROM api_key", () => act(ours.service)),
        "not_found",
        GONE,
      );
      expect(ours.emitted).toEqual([]);
    },
  );

  it("returns the columns that another transaction committed meanwhile (A37)", async () => {
    const key = await during("UPDATE api_key SET title = 'Other'", () => ours.service.revoke("apk_1", BY));

    expect(key).toMatchObject({ title: "Other", revoked_by: "user_1" });
    expect(await ours.service.retrieveApiKey("apk_1")).toEqual(key);
  });
});
