// Members that an argument does not have, and that would be dropped.

import { ApiKeyModuleService } from "../../index.js";
import { expectFailure } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { openService } from "../support/ours";
import { PUBLISHABLE, SECRET, untyped } from "../support/service";

const BY = { revoked_by: "user_2" };
const ENDS = [
  "expires_at",
  "expiresAt",
  "expiresIn",
  "expires",
  "expiry",
  "expiration",
  "ttl",
  "valid_until",
  "not_after",
];
const SCOPES = ["scopes", "scope", "permissions", "roles"];
const unknown = (name: string) => new RegExp(`^unknown member "${name}" of `);

describeOurs("A member that was meant to be another", (current) => {
  const service = () => current().service;
  beforeEach(() => service().createApiKeys({ ...PUBLISHABLE, id: "apk_1" }));

  const refused = async (call: () => Promise<unknown>, message: RegExp) => {
    const before = await current().table();
    await expectFailure(call(), "invalid_data", message);
    expect(await current().table()).toEqual(before);
  };

  it.each([...ENDS, ...SCOPES, "revoke_in", "revokedAt", "secret", "notBefore"])(
    "is refused in the data of a new key: %s (S22)",
    async (name) => {
      await refused(() => service().createApiKeys({ ...SECRET, [name]: 3600 }), unknown(name));
      await refused(() => service().createApiKeys([SECRET, { ...SECRET, [name]: null }]), unknown(name));
      await refused(() => service().upsertApiKeys({ ...SECRET, [name]: 3600 }), unknown(name));
    },
  );

  it.each([...ENDS, ...SCOPES, "expires_in", "revoke_in"])(
    "is refused in the data of an update: %s (S22)",
    async (name) => {
      await refused(() => service().updateApiKeys("apk_1", { title: "New", [name]: 3600 }), unknown(name));
      await refused(() => service().updateApiKeys({ id: "apk_1" }, { title: "New", [name]: 3600 }), unknown(name));
      await refused(() => service().upsertApiKeys({ id: "apk_1", title: "New", [name]: 3600 }), unknown(name));
    },
  );

  it.each([...ENDS, "expires_in", "revokeIn", "revoke_at", "revokeAt", "revoked_in", "revokedBy"])(
    "is refused in the data of a revocation: %s (S22)",
    async (name) => {
      await refused(() => service().revoke("apk_1", { ...BY, [name]: 3600 }), unknown(name));
      await refused(() => service().revoke({ id: "apk_1" }, { ...BY, [name]: 3600 }), unknown(name));
    },
  );

  it("is told what it was probably meant to be (S22)", async () => {
    await refused(() => service().createApiKeys({ ...SECRET, expires_at: 1 }), /did you mean "expires_in", in seconds/);
    await refused(() => service().revoke("apk_1", { ...BY, expires_in: 1 }), /did you mean "revoke_in", in seconds/);
    await refused(() => service().revoke("apk_1", { revokedBy: "user_2" }), /did you mean "revoked_by"\?$/);
    await refused(() => service().createApiKeys({ ...SECRET, scopes: [] }), /keys have no scopes$/);
  });

  it("is ignored where it is undefined, and other unknown members are ignored as in stock (S22)", async () => {
    const more = { ttl: undefined, metadata: { a: 1 }, token: "mine", salt: "mine", nope: true };

    await expect(service().createApiKeys({ ...PUBLISHABLE, ...more })).resolves.toMatchObject(PUBLISHABLE);
    await expect(service().updateApiKeys("apk_1", { title: "New", ...more })).resolves.toMatchObject({ title: "New" });
    await expect(service().upsertApiKeys({ id: "apk_1", title: "Newer", ...more })).resolves.toMatchObject({
      id: "apk_1",
    });
    await expect(service().revoke("apk_1", { ...BY, ...more })).resolves.toMatchObject(BY);
  });

  it.each(["limit", "offset", "page", "per_page", "perPage", "pageSize", "first", "cursor", "Take"])(
    "is refused in a config: %s (S23)",
    async (name) => {
      for (const config of [{ [name]: 1 }, { take: 5, [name]: "1" }]) {
        await refused(() => service().listApiKeys({}, config), unknown(name));
        await refused(() => service().listAndCountApiKeys({}, config), unknown(name));
        await refused(() => service().retrieveApiKey("apk_1", config), unknown(name));
      }
    },
  );

  it("is refused in a config beside the lookup of a publishable key (S23)", async () => {
    const [key] = await service().listApiKeys({ id: "apk_1" });

    await refused(
      () => service().listApiKeys({ token: key?.token, type: "publishable" }, { limit: 1 }),
      unknown("limit"),
    );
  });
});

describeOurs("A method that stock does not have", (current) => {
  it.each(["revokeIn", "expires_in", "titel", "id", "nope"])("refuses the unknown member %s", async (name) => {
    const { service } = current();
    const { id } = await service.createApiKeys(PUBLISHABLE);
    const before = await current().table();

    await expectFailure(service.rollApiKeys(id, { ...BY, [name]: 3600 }), "invalid_data", unknown(name));
    expect(await current().table()).toEqual(before);
  });

  it("says what an unknown member was probably meant to be", async () => {
    const roll = current().service.rollApiKeys("apk_1", { ...BY, revokeIn: 3600 });

    await expectFailure(roll, "invalid_data", /; did you mean "revoke_in"\?$/);
  });

  it("refuses settings that it does not have, and ignores other arguments", async () => {
    const service = openService(current().url) as unknown as Record<string, (...given: unknown[]) => Promise<unknown>>;
    for (const method of ["migrate", "status", "close"]) {
      await expectFailure(service[method]?.({ force: true }) as Promise<unknown>, "invalid_data", unknown("force"));
      await expect(service[method]?.("SIGTERM", 15, undefined)).resolves.not.toThrow();
    }
  });
});

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
  ])("rejects a filter with %s that is undefined, in reads and in writes (S24)", async (_, filter, name) => {
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

  it("takes no filter, an empty one and null (S24)", async () => {
    await expect(service.listApiKeys()).resolves.toHaveLength(2);
    await expect(service.listApiKeys({})).resolves.toHaveLength(2);
    await expect(service.listApiKeys({ revoked_by: null })).resolves.toHaveLength(2);
    await expect(service.softDeleteApiKeys(untyped([undefined, null]))).resolves.toEqual({});
  });

  it.each(["options", "withdeleted", "orderBy", "where", "nope"])(
    "rejects the config member %s (S24)",
    async (name) => {
      await expectFailure(service.listApiKeys({}, { [name]: true }), "invalid_data", unknown(name));
      await expectFailure(service.listAndCountApiKeys({}, { [name]: true }), "invalid_data", unknown(name));
      await expectFailure(service.retrieveApiKey("apk_1", { [name]: true }), "invalid_data", unknown(name));
      await expect(service.listApiKeys({}, { [name]: undefined, withDeleted: true })).resolves.toHaveLength(2);
    },
  );
});

describeOurs("In Medusa", (current) => {
  it("an undefined condition and an unknown config member are ignored, as in stock (S24)", async () => {
    const { service } = current();
    await service.createApiKeys(PUBLISHABLE);

    await expect(service.listApiKeys({ created_by: undefined }, { options: {}, nope: 1 })).resolves.toHaveLength(1);
  });
});

describe("The constructor", () => {
  it("rejects a databaseUrl that is given and undefined, by its name", () => {
    expect(() => new ApiKeyModuleService({ databaseUrl: undefined })).toThrow(/^databaseUrl: is undefined; set it/);
    expect(() => new ApiKeyModuleService({ databaseUrl: undefined })).toThrow(
      expect.objectContaining({ type: "invalid_argument" }),
    );
  });
});
