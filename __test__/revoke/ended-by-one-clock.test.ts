// The end of keys whose planned end has passed: by the clock of the caller only, or while they were creating others.

import { expectFailure } from "../support/failures";
import { describeOurs, STARTERS } from "../support/implementations";
import { meanwhile } from "../support/meanwhile";
import { PUBLISHABLE, SECRET } from "../support/service";
import { after, stopClock } from "../support/time";

const NOW = new Date("2030-06-07T06:07:08.009Z");
const AHEAD = after(NOW, 120);
const BY = { revoked_by: "user_admin" };

describeOurs(
  "A key whose end has passed by a clock that is ahead",
  (current) => {
    const service = () => current().service;

    beforeEach(() => stopClock(NOW));
    afterEach(() => jest.useRealTimers());

    it.each<[string, (root: { id: string; token: string }) => Promise<unknown>]>([
      ["a cascade", ({ id }) => service().revoke(id, { ...BY, cascade: true })],
      ["revokeToken", ({ token }) => service().revokeToken(token, BY)],
      ["revokeToken with cascade", ({ token }) => service().revokeToken(token, { ...BY, cascade: true })],
    ])("is ended for every clock by %s, and keeps its times (M16)", async (_, end) => {
      const root = await service().createApiKeys({ ...SECRET, expires_in: 60 });
      expect(await service().authenticate(root.token)).not.toBe(false);
      const before = await service().retrieveApiKey(root.id);
      jest.setSystemTime(AHEAD);
      await end(root);
      jest.setSystemTime(NOW);

      expect(await service().authenticate(root.token)).toBe(false);
      expect(await service().verify(root.token)).toEqual({ valid: false, reason: "expired" });
      await expectFailure(service().createApiKeys({ ...SECRET, created_by: root.id }), "not_allowed", /has ended/);
      expect(await service().retrieveApiKey(root.id)).toEqual(before);
    });

    it("is ended by a cascade as a descendant, too", async () => {
      const root = await service().createApiKeys(SECRET);
      const child = await service().createApiKeys({ ...SECRET, created_by: root.id, expires_in: 60 });
      jest.setSystemTime(AHEAD);
      const ended = await service().revoke(root.id, { ...BY, cascade: true });
      jest.setSystemTime(NOW);

      expect(ended.map(({ id }) => id)).toEqual([root.id]);
      expect(await service().authenticate(child.token)).toBe(false);
    });

    it("creates no more keys after a cascade if it is publishable, and keeps its end (M16)", async () => {
      const root = await service().createApiKeys({ ...PUBLISHABLE, expires_in: 60 });
      const create = () => service().createApiKeys({ ...SECRET, created_by: root.id });
      await create();
      jest.setSystemTime(AHEAD);
      expect(await service().revoke(root.id, { ...BY, cascade: true })).toHaveLength(1);
      jest.setSystemTime(NOW);

      await expectFailure(create(), "not_allowed", /has ended/);
      const { revoked_at, revoked_by } = root;
      expect(await service().retrieveApiKey(root.id)).toMatchObject({ revoked_at, revoked_by });
    });

    it("is not changed by a dry run or a planned cascade", async () => {
      const root = await service().createApiKeys({ ...SECRET, expires_in: 60 });
      const before = await current().table();
      jest.setSystemTime(AHEAD);
      await service().revoke(root.id, { ...BY, cascade: true, dry_run: true });
      await service().revoke(root.id, { ...BY, cascade: true, revoke_in: 60 });
      expect(await current().table()).toEqual(before);
    });
  },
  { hashing: "sha256", lastUsedInterval: false },
);

describe("[postgres] A key whose end passed while it was creating a key", () => {
  it("has no live descendant after a cascade (M16)", async () => {
    const ours = await STARTERS.postgres({ hashing: "sha256" });
    await ours.service.createApiKeys({ ...SECRET, id: "root", revoked_at: new Date("2020-01-01") });
    const child = '{"id": "child", "token": "", "created_by": "root", "token_digest": null, "revoked_at": null}';
    const creation = `SELECT 1 FROM api_key WHERE id = 'root' FOR UPDATE; INSERT INTO api_key
      SELECT made.* FROM api_key AS root, jsonb_populate_record(root, '${child}') AS made WHERE root.id = 'root'`;
    const cascade = () => ours.service.revoke("root", { ...BY, cascade: true });
    const ended = await meanwhile(ours.url, creation, cascade);
    expect(ended.map(({ id }) => id)).toEqual(["child"]);
    await ours.stop();
  });
});
