// Lists of ids of a size that a network caller can send.

import { describeOurs } from "../support/implementations";
import { PUBLISHABLE } from "../support/service";

const MANY = 20_000;

const ids = (count: number) => Array.from({ length: count }, (_, index) => `apk_${index}`);

describeOurs("A long list", (current) => {
  beforeEach(() => current().service.createApiKeys(ids(3).map((id) => ({ ...PUBLISHABLE, id, title: id }))));

  it(`of ${MANY} ids can be soft-deleted, restored, listed, revoked and deleted`, async () => {
    const { service } = current();
    const there = { api_key_id: ids(3) };

    expect(await service.softDeleteApiKeys(ids(MANY), { returnLinkableKeys: ["api_key_id"] })).toEqual(there);
    expect(await service.listApiKeys({ id: ids(MANY) })).toEqual([]);
    expect(await service.restoreApiKeys(ids(MANY), { returnLinkableKeys: ["api_key_id"] })).toEqual(there);
    expect(await service.listApiKeys({ id: ids(MANY) })).toHaveLength(3);
    expect(await service.listAndCountApiKeys({ id: { $nin: ids(MANY) } })).toEqual([[], 0]);
    expect(await service.updateApiKeys({ id: ids(MANY) }, { title: "New" })).toHaveLength(3);
    expect(await service.revoke({ id: ids(MANY) }, { revoked_by: "user_1" })).toHaveLength(3);
    await service.deleteApiKeys(ids(MANY));
    expect(await current().table()).toEqual([]);
  });

  it("of more ids than either database has parameters can be listed (A21)", async () => {
    expect(await current().service.listApiKeys({ id: ids(70_000) })).toHaveLength(3);
  });
});
