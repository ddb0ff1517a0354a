// How stock reads the config of a list.

import pg from "pg";
import { failureOf } from "../support/failures";
import { describeStock } from "../support/implementations";
import { PUBLISHABLE, untyped } from "../support/service";
import { fillShelf } from "../support/shelf";

describeStock("Stock's listApiKeys", (current) => {
  beforeEach(() => fillShelf(current().service));

  const found = async (filter: object, config?: object) =>
    (await current().service.listApiKeys(filter, config)).map((key) => key.id.slice(-1)).join("");
  const refusal = (filter: object, config?: object) => failureOf(current().service.listApiKeys(filter, config));

  it("copies text after a direction into the SQL (S3)", async () => {
    expect(await found({}, { order: { title: "asc, (SELECT 1)" } })).toHaveLength(9);
    expect((await refusal({}, { order: { title: "asc, nope" } })).message).toContain('column "nope" does not exist');
  });

  it("modifies the caller's filters and config (S16)", async () => {
    const [filter, config] = [{ q: "alpha" }, { primaryKeyFields: ["id"] }];
    await current().service.listApiKeys(filter, config);

    expect(filter).toEqual({});
    expect(config).toEqual({
      order: { id: "ASC" },
      filters: { freeTextSearch_ApiKey: { value: "alpha", fromEntity: "ApiKey" } },
    });
    await expect(current().service.listApiKeys({}, Object.freeze({}))).rejects.toThrow(/not extensible/);
    await expect(current().service.listApiKeys(Object.freeze({ q: "a" }), {})).rejects.toThrow(/delete property 'q'/);
  });

  it.each<[unknown]>([["title"], [5], [true]])("ignores the config %j for one key (A30)", async (config) => {
    expect(await current().service.retrieveApiKey("apk_01", untyped(config))).toMatchObject({ id: "apk_01" });
    await expect(current().service.listApiKeys({}, untyped(config))).rejects.toThrow(TypeError);
  });

  it("passes a negative page to the database (A11)", async () => {
    expect((await refusal({}, { take: -1 })).message).toContain("LIMIT must not be negative");
    expect((await refusal({}, { skip: -1 })).name).toBe("DriverException");
  });

  it.each<[string, unknown]>([
    ["a string", "2"],
    ["a fraction", 1.5],
    ["NaN", Number.NaN],
    ["Infinity", Number.POSITIVE_INFINITY],
    ["2 ** 60", 2 ** 60],
    ["true", true],
    ["a bigint", 2n],
  ])("ignores a page that is %s and returns every key (A11)", async (_, page) => {
    expect(await found({}, { take: page })).toBe("123456789");
    expect(await found({}, { skip: page })).toBe("123456789");
  });

  it("ignores other names of a page and returns every key (S23)", async () => {
    for (const name of ["limit", "offset", "page", "per_page", "pageSize"]) {
      expect(await found({}, { [name]: 2 })).toBe("123456789");
    }
  });

  it("gives precedence to raw ORM options (A12)", async () => {
    expect(await found({}, { take: 5, options: { limit: 2, orderBy: { id: "DESC" } } })).toBe("98");
  });

  it.each<[string, unknown]>([
    ["a direction that is undefined", { id: undefined }],
    ["false", false],
    ["0", 0],
    ["an array of false", [false]],
  ])("omits the order for %s (A14)", async (_, order) => {
    // An update moves the row behind all others.
    await current().service.updateApiKeys("apk_01", { title: "Moved" });

    const unordered = await found({}, { order });

    expect(unordered).not.toBe("123456789");
    expect([...unordered].sort().join("")).toBe("123456789");
  });

  it.each([null, undefined])("fails on %p in an array of orders (A14)", async (none) => {
    await expect(current().service.listApiKeys({}, { order: [none, { id: "DESC" }] })).rejects.toThrow(TypeError);
  });
});

describeStock("Stock's listApiKeys", (current) => {
  beforeEach(() => fillShelf(current().service));

  const found = async (filter: unknown, config?: unknown) =>
    (await current().service.listApiKeys(untyped(filter), untyped(config))).map((key) => key.id.slice(-1)).join("");
  const sorted = (ids: string) => [...ids].sort().join("");

  it("accepts a Set as order and relations, and String objects and arrays as directions (A31)", async () => {
    expect(await found({}, { order: new Set([{ id: "DESC" }]), relations: new Set() })).toBe("987654321");
    expect(await found({}, { order: { id: new String("desc") } })).toBe("987654321");
    expect(sorted(await found({}, { order: { id: [] } }))).toBe("123456789");
  });

  it.each([true, Symbol("order"), 0n])("returns an unordered page for the order %p (A31)", async (order) => {
    expect(sorted(await found({}, { order }))).toBe("123456789");
  });

  it("ignores non-strings in a selection and fails on names of Object.prototype (A31)", async () => {
    expect(await current().service.listApiKeys({ id: "apk_01" }, { select: [["title"], {}] })).toEqual([
      { id: "apk_01" },
    ]);
    for (const name of ["toString", "constructor", "__proto__"]) {
      await failureOf(current().service.listApiKeys({}, { select: [name] }));
    }
  });

  it("fails on a class instance for an order (A31)", async () => {
    class Order {
      id = "desc";
    }

    expect((await failureOf(found({}, { order: new Order() }))).message).toContain("toLowerCase is not a function");
  });

  it("ignores a bigint and a symbol as the config for one key (A30)", async () => {
    for (const config of [5n, Symbol("config")]) {
      expect(await current().service.retrieveApiKey("apk_01", untyped(config))).toMatchObject({ id: "apk_01" });
      await expect(current().service.listApiKeys({}, untyped(config))).rejects.toThrow(TypeError);
    }
  });
});

type Callback = (...outcome: unknown[]) => void;

/** Lets `act` happen after the first read of the table was answered and before the second is asked. */
function holdSecondRead(act: () => Promise<unknown>): { restore(): void } {
  const query = pg.Client.prototype.query as unknown as (...args: unknown[]) => unknown;
  let answered: Promise<void> | null = null;
  const spy = jest.spyOn(pg.Client.prototype, "query").mockImplementation(function (this: unknown, ...args: unknown[]) {
    const { text = "" } = Object(args[0]) as { text?: string };
    if (!/^select .* from "api_key"/.test(text)) return query.apply(this, args);
    if (answered !== null) return void answered.then(act).then(() => query.apply(this, args));
    answered = new Promise((resolve) => {
      const callback = args.pop() as Callback;
      args.push((...outcome: unknown[]) => {
        resolve();
        callback(...outcome);
      });
    });
    return query.apply(this, args);
  } as never);
  return { restore: () => spy.mockRestore() };
}

describeStock("Stock's listAndCountApiKeys", (current) => {
  it("reads a page and its count from two snapshots (S19)", async () => {
    await current().service.createApiKeys([PUBLISHABLE, PUBLISHABLE]);
    const between = holdSecondRead(() => current().sql("DELETE FROM api_key"));
    const [keys, count] = await current().service.listAndCountApiKeys();
    between.restore();

    expect([keys.length, count].sort()).toEqual([0, 2]);
  });
});
