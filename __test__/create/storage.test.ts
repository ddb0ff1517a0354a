// What a creation leaves in the table.

import { describeEverywhere, describeOurs, type Row } from "../support/implementations";
import { PUBLISHABLE, SECRET } from "../support/service";

describeEverywhere("createApiKeys stores", (current) => {
  it("a publishable token in plain text with an empty salt", async () => {
    const key = await current().service.createApiKeys(PUBLISHABLE);

    expect(await onlyRow()).toMatchObject({ id: key.id, token: key.token, salt: "", redacted: key.redacted });
  });

  it("no part of a secret token beyond its redacted form", async () => {
    const { token } = await current().service.createApiKeys(SECRET);
    const stored = JSON.stringify(await onlyRow());

    for (let at = 0; at + 10 <= token.length; at++) expect(stored).not.toContain(token.slice(at, at + 10));
  });

  it("a salt of 32 hexadecimal digits for a secret key", async () => {
    await current().service.createApiKeys(SECRET);

    expect((await onlyRow()).salt).toMatch(/^[0-9a-f]{32}$/);
  });

  it("a different hash and salt for every secret key", async () => {
    await current().service.createApiKeys([SECRET, SECRET, SECRET]);
    const rows = await current().table();

    expect(new Set(rows.map((row) => row.token)).size).toBe(3);
    expect(new Set(rows.map((row) => row.salt)).size).toBe(3);
  });

  it("no last_used_at", async () => {
    await current().service.createApiKeys(SECRET);

    expect((await onlyRow()).last_used_at).toBeNull();
  });

  it("more keys than one statement can hold parameters for", async () => {
    const titles = Array.from({ length: 2_600 }, (_, index) => `Key ${index}`);
    await current().service.createApiKeys(titles.map((title) => ({ ...PUBLISHABLE, title })));

    expect(await current().sql("SELECT count(DISTINCT title) AS titles FROM api_key")).toEqual([
      { titles: current().name === "sqlite" ? 2_600 : "2600" },
    ]);
  });

  it("nothing when the second of two keys has a taken id", async () => {
    await current().service.createApiKeys({ ...PUBLISHABLE, id: "apk_taken" });
    const before = await current().table();
    const creation = current().service.createApiKeys([PUBLISHABLE, { ...PUBLISHABLE, id: "apk_taken" }]);

    await expect(creation).rejects.toMatchObject({
      type: "invalid_data",
      message: "Api key with id: apk_taken, already exists.",
    });
    expect(await current().table()).toEqual(before);
  });

  it("nothing when the id is that of a soft-deleted key", async () => {
    await current().service.createApiKeys({ ...PUBLISHABLE, id: "apk_gone" });
    await current().service.softDeleteApiKeys("apk_gone");

    await expect(current().service.createApiKeys({ ...SECRET, id: "apk_gone" })).rejects.toMatchObject({
      type: "invalid_data",
      message: "Api key with id: apk_gone, already exists.",
    });
  });

  it("one key when the same id is created in parallel", async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, () => current().service.createApiKeys({ ...PUBLISHABLE, id: "apk_race" })),
    );

    expect(outcomes.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === "rejected")
        expect(outcome.reason.message).toBe("Api key with id: apk_race, already exists.");
    }
    expect(await current().table()).toHaveLength(1);
  });

  const onlyRow = (): Promise<Row> => theOnlyRow(current().table());
});

describeOurs("createApiKeys hashes a secret token", (current) => {
  it("with argon2id at OWASP's minimum in PHC format (M6)", async () => {
    await current().service.createApiKeys(SECRET);

    expect((await theOnlyRow(current().table())).token).toMatch(
      /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]{43}$/,
    );
  });
});

describeOurs("createApiKeys", (current) => {
  it.each(["shop, north", "shop (north)", "t", " pad "])("names the taken id %j unchanged (A39)", async (id) => {
    await current().service.createApiKeys({ ...PUBLISHABLE, id });

    await expect(current().service.createApiKeys({ ...PUBLISHABLE, id })).rejects.toMatchObject({
      type: "invalid_data",
      message: `Api key with id: ${id}, already exists.`,
    });
  });

  it("rejects an id that appears twice in one call (S12)", async () => {
    const creation = current().service.createApiKeys([
      { ...PUBLISHABLE, id: "apk_twice" },
      { ...SECRET, id: "apk_twice" },
    ]);

    await expect(creation).rejects.toMatchObject({
      type: "invalid_data",
      message: "Api key with id: apk_twice, already exists.",
    });
    expect(await current().table()).toEqual([]);
  });
});

describeOurs(
  "createApiKeys with the option argon2",
  (current) => {
    it("hashes at the configured cost", async () => {
      const key = await current().service.createApiKeys(SECRET);

      expect((await theOnlyRow(current().table())).token).toMatch(/^\$argon2id\$v=19\$m=64,t=3,p=2\$/);
      expect(await current().service.authenticate(key.token)).toMatchObject({ id: key.id });
    });
  },
  { argon2: { memoryKib: 64, iterations: 3, parallelism: 2 } },
);

describeOurs(
  "createApiKeys with hashing: scrypt (M6)",
  (current) => {
    it("stores 128 hexadecimal digits as stock does", async () => {
      await current().service.createApiKeys(SECRET);

      expect(await theOnlyRow(current().table())).toMatchObject({
        token: expect.stringMatching(/^[0-9a-f]{128}$/),
        salt: expect.stringMatching(/^[0-9a-f]{32}$/),
      });
    });
  },
  { hashing: "scrypt" },
);

async function theOnlyRow(table: Promise<Row[]>): Promise<Row> {
  const [row, ...others] = await table;
  if (row === undefined || others.length > 0) throw new Error("The table does not hold exactly one row.");
  return row;
}
