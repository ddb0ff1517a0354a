// Filters and orders on what Medusa's other modules hold: stock's module and this package on one database that Medusa has migrated.

import { createShopDatabase } from "../medusa/database";
import { SHOP_TIMEOUT_MS } from "../medusa/shop";
import { expectFailure, failureOf } from "../support/failures";
import { startOurs } from "../support/ours";
import type { PostgresDatabase } from "../support/postgres";
import type { ApiKey, OurService, Service } from "../support/service";
import { createSqliteDatabase } from "../support/sqlite";
import { type Running, startStock } from "../support/stock";
import { CHANNELS, CREATORS, CURRENCIES, type Join, KEYS_OF_CHANNELS, LINKS, LOCATIONS, linkKeys } from "./linked-keys";

type Answer = [titles: string, count: number];

describe("[postgres] A query on linked modules", () => {
  let database: PostgresDatabase;
  let stock: Running<Service>;
  let ours: Running<OurService>;

  beforeAll(async () => {
    database = await createShopDatabase();
    stock = await startStock(database.url);
    ours = await startOurs(database.url);
    await linkKeys(database);
  }, SHOP_TIMEOUT_MS);

  afterAll(async () => {
    await stock?.stop();
    await ours?.stop();
    await database?.drop();
  }, SHOP_TIMEOUT_MS);

  const asked = (joins: Join[], config: object = {}) => ({
    select: ["id", "title"],
    order: { title: "ASC" },
    ...config,
    __internal: { crossModuleJoins: structuredClone(joins) },
  });
  const answer = async (service: Service, joins: Join[], config?: object, filters: object = {}): Promise<Answer> => {
    const [keys, count] = await service.listAndCountApiKeys({ ...filters }, asked(joins, config));
    return [keys.map((key: ApiKey) => key.title).join(""), count];
  };
  const refusal = (service: Service, joins: Join[], config?: object) => failureOf(answer(service, joins, config));
  const filtered =
    (join: Join) =>
    (filters?: object): Join => ({ ...join, target: { ...join.target, filters } });
  const [channels, locations, creators] = [filtered(CHANNELS), filtered(LOCATIONS), filtered(CREATORS)];
  const [links, currencies, keysOfChannels] = [filtered(LINKS), filtered(CURRENCIES), filtered(KEYS_OF_CHANNELS)];

  it.each<[string, object]>([
    ["A", { name: "Web" }],
    ["AB", { name: ["Web", "App"] }],
    ["AB", { name: ["Web", "App", null] }],
    ["B", { name: { $eq: "App" } }],
    ["BC", { name: { $ne: "Web" } }],
    ["A", { name: { $in: ["Web", "nothing"] } }],
    ["", { name: { $in: [] } }],
    ["C", { name: { $nin: ["Web", "App"] } }],
    ["", { name: { $nin: ["Web", null] } }],
    ["ABC", { name: { $nin: [] } }],
    ["AC", { name: { $gt: "App" } }],
    ["ABC", { name: { $gte: "App" } }],
    ["C", { name: { $lt: "App" } }],
    ["BC", { name: { $lte: "App", $ne: "Web" } }],
    ["BC", { name: { $like: "%p%" } }],
    ["A", { name: { $ilike: "wE_" } }],
    ["", { name: { $gt: null } }],
    ["ABC", { name: undefined }],
    ["AC", { description: null }],
    ["AC", { description: { $eq: null } }],
    ["B", { description: { $ne: null } }],
    ["AC", { description: { $is: null } }],
    ["B", { description: 'It\'s "100%" \\ ?, $1' }],
    ["B", { is_disabled: true }],
    ["B", { is_disabled: "true" }],
    ["B", { is_disabled: { $is: true } }],
    ["AC", { is_disabled: { $is: false } }],
    ["AC", { is_disabled: [false] }],
    ["BC", { created_at: { $gt: "2020-06-01" } }],
    ["C", { created_at: { $gte: new Date("2022-01-01T00:00:00.000Z") } }],
    ["A", { created_at: new Date("2020-01-01T00:00:00.000Z") }],
    ["AB", { $or: [{ name: "Web" }, { is_disabled: true }, {}] }],
    ["B", { $and: [{ name: ["Web", "App"] }, { $or: [{ is_disabled: true }, { name: "Shop floor" }] }] }],
    ["ABC", { $or: [] }],
    ["ABCDEF", {}],
    ["A", { id: "sc_1" }],
    ["AB", { id: ["sc_1", "sc_2"] }],
    ["BCF", { id: { $ne: "sc_1" } }],
    // A link is looked at alone where only its end is asked for, and that end is hidden.
    ["F", { id: "sc_4" }],
    ["", { id: "sc_4", name: "Hidden" }],
    ["", { $and: [{ id: "sc_4" }] }],
  ])("finds the keys that stock finds, '%s', for %p (case %#) (A13)", async (titles, filters) => {
    const ourAnswer = await answer(ours.service, [channels(filters)]);

    expect(ourAnswer).toEqual(await answer(stock.service, [channels(filters)]));
    expect(ourAnswer).toEqual([titles, titles.length]);
  });

  it.each<[string, string, Join[], object?, object?]>([
    ["AE", "hidden links and channels with the hidden keys", [channels({ name: "Web" })], { withDeleted: true }],
    ["A", "additional conditions on the keys", [channels({ name: ["Web", "App"] })], {}, { title: ["A", "D"] }],
    ["AB", "any of the keys' own conditions", [channels({})], {}, { $or: [{ title: "A" }, { title: "B" }] }],
    ["B", "a filter on a nested module", [channels(), locations({ name: "Oslo" })]],
    ["", "filters on a module and on its nested module", [channels({ name: "Web" }), locations({ name: "Oslo" })]],
    ["A", "a join before the one that it continues", [locations({ name: "Berlin" }), channels()]],
    ["A", "two joins from the keys", [channels({ name: "Web" }), creators({ email: "ada@example.com" })]],
    ["ACE", "a column of the keys that points elsewhere", [creators({ email: { $like: "ada@%" } })]],
    ["AF", "a table that points to the keys", [links({ sales_channel_id: ["sc_1", "sc_4"] })]],
    ["D", "a number", [currencies({ decimal_digits: 0 })]],
    ["DF", "numbers", [currencies({ decimal_digits: [0, 2, null] })]],
    ["F", "a number with a fraction", [currencies({ decimal_digits: { $gt: 0.5 } })]],
    ["F", "a number as a string", [currencies({ decimal_digits: { $gte: "2" } })]],
  ])("finds the keys that stock finds, '%s', with %s", async (titles, _, joins, config = {}, filters = {}) => {
    const ourAnswer = await answer(ours.service, joins, config, filters);

    expect(ourAnswer).toEqual(await answer(stock.service, joins, config, filters));
    expect(ourAnswer).toEqual([titles, titles.length]);
  });

  it("counts the same keys over all pages as stock", async () => {
    const page = (service: Service) => answer(service, [channels({ name: { $ne: "Web" } })], { take: 1, skip: 1 });

    expect(await page(ours.service)).toEqual(await page(stock.service));
    expect(await page(ours.service)).toEqual(["C", 2]);
  });

  it("retrieves a key only if its links match, as stock does", async () => {
    const retrieval = (service: Service, id: string) => service.retrieveApiKey(id, asked([channels({ name: "Web" })]));

    for (const { service } of [ours, stock]) {
      await expect(retrieval(service, "apk_A")).resolves.toMatchObject({ title: "A" });
      expect((await failureOf(retrieval(service, "apk_B"))).message).toBe("ApiKey with id: apk_B was not found");
    }
  });

  it.each<[string, Join[], object, object?]>([
    ["BCADEF", [channels()], { "sales_channel.name": "ASC", title: "ASC" }],
    ["DEFACB", [channels()], { "sales_channel.name": "DESC", title: "ASC" }],
    ["FEDCBA", [channels()], { title: "DESC", "sales_channel.name": "ASC" }],
    ["ABC", [channels()], { "sales_channel.created_at": "ASC" }, { title: ["A", "B", "C"] }],
    ["ACBDEF", [channels()], { "sales_channel.is_disabled": "ASC", title: "ASC" }],
    ["ABCFDE", [channels()], { "sales_channel.id": "ASC", title: "ASC" }],
    ["BA", [channels({ name: ["Web", "App"] })], { "sales_channel.name": "ASC" }],
    ["ACEBDF", [creators()], { "user.email": "ASC", title: "ASC" }],
    ["ABCFDE", [links()], { "publishable_api_key_sales_channel.sales_channel_id": "ASC", title: "ASC" }],
  ])("orders keys as stock does, '%s' (case %#) (A13)", async (titles, joins, order, filters = {}) => {
    const [found] = await answer(ours.service, joins, { order: { ...order } }, filters);

    expect(found).toEqual((await answer(stock.service, joins, { order: { ...order } }, filters))[0]);
    expect(found).toBe(titles);
  });

  it("keeps a nested filter beside one by id, which stock drops (A27)", async () => {
    const joins = [channels({ id: "sc_1" }), locations({ name: "Oslo" })];

    expect(await answer(stock.service, joins)).toEqual(["A", 1]);
    expect(await answer(ours.service, joins)).toEqual(["", 0]);
  });

  it("orders by a nested module, which stock ignores (A28)", async () => {
    const order = () => ({ order: { "stock_location.name": "DESC", title: "ASC" } });
    const filters = { title: ["A", "B"] };

    expect((await answer(stock.service, [channels(), locations()], order(), filters))[0]).toBe("AB");
    expect((await answer(ours.service, [channels(), locations()], order(), filters))[0]).toBe("BA");
    expect((await answer(ours.service, [channels(), locations()], order()))[0]).toBe("CDEFBA");
  });

  it("compares lists of dates, which fail in stock's driver (A29)", async () => {
    const joins = [channels({ created_at: ["2020-01-01", new Date("2021-01-01")] })];

    expect((await refusal(stock.service, joins)).message).toMatch(/operator does not exist/);
    expect(await answer(ours.service, joins)).toEqual(["AB", 2]);
  });

  it("compares a string with a JSON column as a JSON string, which stock reads as JSON (A29)", async () => {
    await database.query(
      `UPDATE sales_channel SET metadata = CASE id WHEN 'sc_1' THEN '{"a": 1}' ELSE '"a"' END::jsonb`,
    );
    const found = (service: Service, metadata: string) => answer(service, [channels({ metadata })]);

    expect(await found(stock.service, '{"a": 1}')).toEqual(["A", 1]);
    expect(await found(ours.service, '{"a": 1}')).toEqual(["", 0]);
    expect(await found(ours.service, "a")).toEqual(["BC", 2]);
  });

  it.each<[string, Join, RegExp, RegExp]>([
    ["a number for a string", channels({ name: 5 }), /text = integer/, /does not suit its column/],
    ["a pattern for dates", channels({ created_at: { $like: "2%" } }), /does not exist/, /does not suit its column/],
    [
      "a string that is not a date",
      channels({ created_at: "soon" }),
      /invalid input syntax/,
      /cannot represent a value/,
    ],
    ["a string for a boolean", channels({ name: { $is: true } }), /must be type boolean/, /does not suit its column/],
    ["an undefined operand", channels({ name: { $eq: undefined } }), /Undefined binding/, /'undefined' found/],
    ["an unknown column", channels({ nickname: "Web" }), /does not exist/, /does not exist/],
    ["an unknown operator", channels({ name: { $re: "W" } }), /Invalid operator/, /Invalid operator: \$re/],
  ])("rejects %s, at which stock fails (A29)", async (_, join, stocks, message) => {
    expect((await refusal(stock.service, [join])).message).toMatch(stocks);
    await expectFailure(answer(ours.service, [join]), "invalid_data", message);
  });

  it.each<[string, Join[], object?]>([
    ["a column", [channels({ 'name" is null or "name': "Web" })]],
    ["a table", [{ ...CHANNELS, target: { table: 'sales_channel" as t; DROP TABLE api_key; --' } }]],
    ["a schema", [{ ...CHANNELS, target: { table: "sales_channel", schema: 'public"."' } }]],
    ["a link", [{ ...CHANNELS, link: { ...CHANNELS.link, sourceKey: "id) or (true" } }]],
    ["an order", [channels()], { order: { 'sales_channel.name" desc; DROP TABLE api_key; --': "ASC" } }],
  ])("rejects a malicious name of %s and changes nothing (A13)", async (_, joins, config = {}) => {
    await expectFailure(answer(ours.service, joins, config), "invalid_data", /is not a valid table or column name/);
    expect(await answer(ours.service, [])).toEqual(["ABCDEF", 6]);
  });

  it.each<[string, Join[], object?]>([
    ["a filter", [channels(), keysOfChannels({ salt: { $like: "a%" } })]],
    ["a condition on tokens", [channels(), keysOfChannels({ token: "pk_A" })]],
    ["an order", [channels(), keysOfChannels()], { order: { "api_key.token": "ASC" } }],
  ])(
    "discloses nothing about hashes and salts through %s on a link back to the keys (A13)",
    async (_, joins, config = {}) => {
      await expectFailure(
        answer(ours.service, joins, config),
        "invalid_data",
        /ApiKey.(salt|token) cannot be used in a join, filter or order/,
      );
    },
  );

  it("reads linked tables from the schema of the keys, as stock does", async () => {
    await database.query("CREATE SCHEMA elsewhere");
    await database.query(
      "CREATE TABLE elsewhere.sales_channel AS SELECT id, 'Other' AS name, deleted_at FROM sales_channel",
    );
    const elsewhere: Join = { ...CHANNELS, target: { table: "sales_channel", schema: "elsewhere" } };
    const named = (name: string): Join => ({ ...elsewhere, target: { ...elsewhere.target, filters: { name } } });

    for (const { service } of [ours, stock]) {
      expect(await answer(service, [named("Other")])).toEqual(["ABC", 3]);
      expect(await answer(service, [named("Web")])).toEqual(["", 0]);
      expect(await answer(service, [channels({ name: "Web" })])).toEqual(["A", 1]);
    }
  });
});

describe("[sqlite] A query on linked modules", () => {
  it("is rejected because Medusa's other tables do not exist (D12)", async () => {
    const database = await createSqliteDatabase();
    const { service, stop } = await startOurs(database.url);
    const config = { __internal: { crossModuleJoins: [CHANNELS] } };

    await expectFailure(service.listApiKeys({}, config), "invalid_data", /need PostgreSQL/);
    await expectFailure(service.listAndCountApiKeys({}, config), "invalid_data", /need PostgreSQL/);
    await stop();
    await database.drop();
  });
});
