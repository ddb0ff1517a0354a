// Conditions that are undefined.

import { expectFailure } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { openService } from "../support/ours";
import { PUBLISHABLE, SECRET, untyped } from "../support/service";

const BY = { revoked_by: "user_2" };

describeOurs("A standalone service", (current) => {
  let service: ReturnType<typeof openService>;
  beforeEach(async () => {
    service = openService(current().url);
    await service.createApiKeys([
      { ...SECRET, id: "apk_1" },
      { ...PUBLISHABLE, id: "apk_2" },
    ]);
  });
  afterEach(() => service.close());

  it.each<[string, object, string]>([
    ["a column", { created_by: undefined }, "created_by"],
    ["a column beside others", { type: "secret", created_by: undefined }, "created_by"],
    ["an operator", { created_by: { $eq: undefined } }, "\\$eq"],
    ["a column in a group", { $or: [{ id: "apk_1" }, { created_by: undefined }] }, "created_by"],
    ["a value in a list", { id: ["apk_1", undefined] }, "id"],
    ["the search", { q: undefined }, "q"],
    ["an unknown member", { nope: undefined }, "nope"],
  ])("rejects a filter with %s that is undefined in reads and writes (S24)", async (_, filter, name) => {
    const message = new RegExp(`member ${name} is undefined`);
    const before = await current().table();

    for (const call of [
      () => service.listApiKeys(filter),
      () => service.listAndCountApiKeys(filter),
      () => service.updateApiKeys(filter, { title: "New" }),
      () => service.revoke(filter, BY),
      () => service.softDeleteApiKeys(filter),
      () => service.softDeleteApiKeys(["apk_1", filter]),
      () => service.restoreApiKeys(filter),
    ]) {
      await expectFailure(call(), "invalid_data", message);
    }
    expect(await current().table()).toEqual(before);
  });

  it("rejects an undefined condition beside the lookup of a publishable key (S24)", async () => {
    const [key] = await service.listApiKeys({ id: "apk_2" });
    const lookup = { token: key?.token, type: "publishable" };

    await expect(service.listApiKeys(lookup)).resolves.toHaveLength(1);
    await expectFailure(service.listApiKeys({ ...lookup, created_by: undefined }), "invalid_data", /created_by/);
  });

  it("accepts an absent filter, an empty filter and null values (S24)", async () => {
    await expect(service.listApiKeys()).resolves.toHaveLength(2);
    await expect(service.listApiKeys({})).resolves.toHaveLength(2);
    await expect(service.listApiKeys({ revoked_by: null })).resolves.toHaveLength(2);
    await expect(service.softDeleteApiKeys(untyped([undefined, null]))).resolves.toEqual({});
  });
});

describeOurs("A service in Medusa", (current) => {
  it("ignores an undefined condition and an unknown config member, as stock does (S24)", async () => {
    const { service } = current();
    await service.createApiKeys(PUBLISHABLE);

    await expect(service.listApiKeys({ created_by: undefined }, { options: {}, nope: 1 })).resolves.toHaveLength(1);
  });
});
