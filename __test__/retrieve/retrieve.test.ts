// One key by its id.

import { expectFailure } from "../support/failures";
import { describeEverywhere } from "../support/implementations";
import { PUBLISHABLE, SECRET, untyped } from "../support/service";

describeEverywhere("retrieveApiKey", (current) => {
  it("returns a secret key without its token, hash or salt", async () => {
    const created = await current().service.createApiKeys(SECRET);
    const key = await current().service.retrieveApiKey(created.id);
    const { salt, ...rest } = created;

    expect(Object.keys(key)).toEqual(current().columns);
    expect(key).toStrictEqual({ ...rest, token: "" });
  });

  it("returns a publishable key with its token", async () => {
    const created = await current().service.createApiKeys(PUBLISHABLE);
    const { salt, ...rest } = created;

    expect(await current().service.retrieveApiKey(created.id)).toStrictEqual(rest);
  });

  it("returns a new object each time", async () => {
    const { id } = await current().service.createApiKeys(SECRET);
    const first = await current().service.retrieveApiKey(id);
    first.title = "Changed by the caller";

    expect(await current().service.retrieveApiKey(id)).toMatchObject({ title: SECRET.title });
  });

  it("returns the selected columns and the id", async () => {
    const { id } = await current().service.createApiKeys(SECRET);

    expect(await current().service.retrieveApiKey(id, { select: ["title", "created_by"] })).toStrictEqual({
      ...{ id, title: SECRET.title, created_by: SECRET.created_by },
    });
  });

  it("finds a soft-deleted key only with withDeleted", async () => {
    const { id } = await current().service.createApiKeys(SECRET);
    await current().service.softDeleteApiKeys(id);

    await expectFailure(current().service.retrieveApiKey(id), "not_found", `ApiKey with id: ${id} was not found`);
    expect(await current().service.retrieveApiKey(id, { withDeleted: true })).toMatchObject({
      ...{ id, deleted_at: expect.any(Date) },
    });
  });

  it.each(["apk_nope", ""])("rejects the unknown id %j", async (id) => {
    await expectFailure(current().service.retrieveApiKey(id), "not_found", `ApiKey with id: ${id} was not found`);
  });

  it.each([undefined, null, 5, true, {}, ["apk_1"], { id: "apk_1" }, 5n].map((id) => [typeof id, id]))(
    "rejects a non-string id: %s (case %#)",
    async (_, id) => {
      await expectFailure(current().service.retrieveApiKey(untyped(id)), "not_found", "apiKey - id must be defined");
    },
  );

  it("accepts a frozen config and changes none", async () => {
    const { id } = await current().service.createApiKeys(SECRET);
    const config = Object.freeze({ select: Object.freeze(["id"]), relations: [] });

    expect(await current().service.retrieveApiKey(id, config)).toEqual({ id });
  });
});
