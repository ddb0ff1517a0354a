// What stock creates from unusual data.

import { createHash } from "node:crypto";
import { failureOf } from "../support/failures";
import { describeStock } from "../support/implementations";
import { MORE_THAN_MEMBERS } from "../support/kinds";
import { PUBLISHABLE, SECRET } from "../support/service";
import { fillShelf } from "../support/shelf";

describeStock("Stock's createApiKeys", (current) => {
  beforeEach(() => fillShelf(current().service));

  it("stores a lone surrogate as U+FFFD and returns the original (A4)", async () => {
    const key = await current().service.createApiKeys({ ...PUBLISHABLE, title: "\ud800" });

    expect(key.title).toBe("\ud800");
    expect(await current().service.retrieveApiKey(key.id)).toMatchObject({ title: "\ufffd" });
  });

  it("stores titles of a megabyte under ids of kilobytes (A3)", async () => {
    const title = "a".repeat(2 ** 20);
    // What compresses well would fit an index anyway.
    const id = Array.from({ length: 40 }, (_, index) => createHash("sha256").update(`${index}`).digest("hex")).join("");

    expect(await current().service.createApiKeys({ ...PUBLISHABLE, id, title })).toMatchObject({ id, title });
  });

  it("returns a title of the wrong type, stores it as text, and reads NaN as a column (S18)", async () => {
    const key = await current().service.createApiKeys({ ...PUBLISHABLE, title: 5 });

    expect(key.title).toBe(5);
    expect(await current().service.retrieveApiKey(key.id)).toMatchObject({ title: "5" });
    expect((await failureOf(current().service.createApiKeys({ ...PUBLISHABLE, title: Number.NaN }))).message).toBe(
      'column "nan" does not exist',
    );
    expect((await failureOf(current().service.createApiKeys({ ...PUBLISHABLE, type: "private" }))).name).toBe(
      "CheckConstraintViolationException",
    );
  });

  it.each(MORE_THAN_MEMBERS)("accepts %s with the members of a key as data (A33)", async (_, make) => {
    const [key] = await current().service.createApiKeys([Object.assign(make(), PUBLISHABLE)]);

    expect(key).toMatchObject(PUBLISHABLE);
    expect(await current().service.updateApiKeys("apk_01", Object.assign(make(), { title: "Odd" }))).toMatchObject({
      title: "Odd",
    });
  });

  it("returns the caller's own Dates (A34)", async () => {
    const created_at = new Date(0);

    expect((await current().service.createApiKeys({ ...PUBLISHABLE, created_at })).created_at).toBe(created_at);
  });

  it("stores a bigint as an id (A31)", async () => {
    await current().service.createApiKeys({ ...PUBLISHABLE, id: 7n });

    expect(await current().service.retrieveApiKey("7")).toMatchObject(PUBLISHABLE);
  });
});

describeStock("Stock's createApiKeys", (current) => {
  it("ignores expires_in (M5)", async () => {
    expect(await current().service.createApiKeys({ ...PUBLISHABLE, expires_in: 60 })).toMatchObject({
      revoked_at: null,
      revoked_by: null,
    });
  });
});

describeStock("Stock's createApiKeys", (current) => {
  beforeEach(() =>
    current().service.createApiKeys([
      { ...SECRET, id: "apk_1" },
      { ...PUBLISHABLE, id: "apk_2" },
    ]),
  );

  it.each([
    ["shop, north", "shop"],
    ["shop (north)", "north)"],
    ["t", "true"],
  ])("names the taken id %j as %j (A39)", async (id, named) => {
    await current().service.createApiKeys({ ...PUBLISHABLE, id });

    expect((await failureOf(current().service.createApiKeys({ ...PUBLISHABLE, id }))).message).toBe(
      `Api key with id: ${named}, already exists.`,
    );
  });

  it("returns two keys and stores one when an id appears twice in one call (S12)", async () => {
    const answers = await current().service.createApiKeys([
      { ...PUBLISHABLE, id: "apk_3", title: "One" },
      { ...PUBLISHABLE, id: "apk_3", title: "Other" },
    ]);

    expect(answers.map((key) => key.title)).toEqual(["One", "One"]);
    expect(await current().table()).toHaveLength(3);
  });
});
