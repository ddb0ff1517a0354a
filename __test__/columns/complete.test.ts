// Every column of src/columns.rs is handled wherever columns are: a column that some place forgets fails here by its name.

import { joinerConfig } from "../../module/joiner-config";
import { describeOnEachDatabase } from "../support/databases";
import { DECLARED, FREE, OPEN, SHOWN, sampleOf, sqlOf } from "../support/declaration";
import { openLeased, warm } from "../support/leased";
import { openService } from "../support/ours";
import { type ApiKey, COLUMNS, type OurService, PUBLISHABLE, SECRET, STOCK_COLUMNS } from "../support/service";
import { openTable, type Table } from "./table";

const EVERY = { withDeleted: true };

describe("The declared columns", () => {
  it("include those of stock in stock's order", () => {
    expect(COLUMNS.filter((name) => STOCK_COLUMNS.includes(name))).toEqual(STOCK_COLUMNS);
  });
});

describeOnEachDatabase("Every declared column", ({ name, create }) => {
  let database: Awaited<ReturnType<typeof create>>;
  let table: Table;
  let service: OurService;
  let secret: ApiKey;
  let publishable: ApiKey;

  /** Gives both keys the value of each free column but those of `kept`. */
  const fill = (...kept: string[]) =>
    table.set(FREE.filter((field) => !kept.includes(field.name)).map((field) => [field.name, sqlOf(sampleOf(field))]));

  beforeAll(async () => {
    database = await create();
    service = openService(database.url);
    await service.migrate();
    table = openTable(name, database.url);
    [secret, publishable] = await service.createApiKeys([SECRET, PUBLISHABLE]);
  });
  beforeEach(() => fill("deleted_at"));
  afterAll(async () => {
    await table?.close();
    await service?.close();
    await database?.drop();
  });

  it("is in the table, and nothing else is", async () => {
    const declared = DECLARED.fields.map(({ name }) => name);
    expect((await table.columns()).sort()).toEqual([...declared, ...DECLARED.internal].sort());
  });

  it("is in Medusa's schema of a key, with its type", () => {
    const type = /type ApiKey \{\n([^}]*)\n\}/.exec(joinerConfig().schema)?.[1];
    expect(type?.split("\n")).toEqual(DECLARED.fields.map(({ name, graphql }) => `  ${name}: ${graphql}`));
  });

  it.each(SHOWN)("$name is shown by every read and write, and hidden ones by none", async (field) => {
    const hidden = DECLARED.fields.filter(({ access }) => access === "hidden");
    const shown = async (key: ApiKey | false | undefined, created: ApiKey) => {
      const expected = FREE.includes(field) ? sampleOf(field) : created[field.name as keyof ApiKey];
      const wanted = field.name === "token" && created.type === "secret" ? "" : expected;
      expect(key).toHaveProperty(field.name, field.name === "deleted_at" ? null : wanted);
      for (const other of [...hidden.map(({ name }) => name), ...DECLARED.internal]) {
        expect(key).not.toHaveProperty(other);
      }
    };
    await shown(await service.retrieveApiKey(secret.id), secret);
    await shown((await service.listApiKeys({ id: secret.id }))[0], secret);
    await shown((await service.listApiKeys({ id: publishable.id }))[0], publishable);
    await shown((await service.listAndCountApiKeys({ id: secret.id }))[0][0], secret);
    await shown(await openedAgain((cold) => cold.authenticate(secret.token)), secret);
    await shown((await openedAgain((cold) => lookUpWhole(cold, publishable.token)))[0], publishable);
    const selected = await service.retrieveApiKey(publishable.id, { select: [field.name] });
    await shown(selected, publishable);
    expect(Object.keys(selected)).toEqual([...new Set(["id", field.name])]);
    if (!["title", "updated_at"].includes(field.name)) {
      await shown(await service.updateApiKeys(secret.id, { title: "another" }), secret);
    }
  });

  it.each(SHOWN)("$name is shown from memory", async ({ name }) => {
    const leased = await openLeased(database.url, { lastUsedInterval: false });
    const [key] = await leased.listApiKeys({ id: secret.id });
    const [lookedUp] = await leased.listApiKeys({ id: publishable.id });
    const recalled = await warm(leased, () => leased.authenticate(secret.token));
    const [recalledLookup] = await warm(leased, () => lookUpWhole(leased, publishable.token));
    await leased.close();
    expect(recalled).toHaveProperty(name, key?.[name as keyof ApiKey]);
    expect(recalledLookup).toHaveProperty(name, lookedUp?.[name as keyof ApiKey]);
  });

  it.each(FREE)("$name is filtered by", async (field) => {
    await fill();
    const other = await service.createApiKeys({ ...PUBLISHABLE, title: "other" });
    const found = await service.listApiKeys({ [field.name]: sampleOf(field) }, EVERY);
    await table.remove(other.id);
    expect(found.map(({ id }) => id).sort()).toEqual([secret.id, publishable.id].sort());
  });

  it.each(OPEN)("$name is ordered by", async (field) => {
    const value = field.kind === "text" ? "zzz" : "2099-01-01T00:00:00.000+00:00";
    if (FREE.includes(field)) await table.set([[field.name, value]], publishable.id);
    const ids = async (order: string) =>
      (await service.listApiKeys({}, { ...EVERY, order: { [field.name]: order } })).map(({ id }) => id);
    expect(await ids("DESC")).toEqual((await ids("ASC")).reverse());
    if (FREE.includes(field)) expect((await ids("DESC"))[0]).toBe(publishable.id);
  });

  it.each(DECLARED.fields.filter(({ access }) => access !== "open"))("$name is not ordered by", async ({ name }) => {
    await expect(service.listApiKeys({}, { order: { [name]: "ASC" } })).rejects.toMatchObject({ type: "invalid_data" });
  });

  it.each(DECLARED.fields.filter(({ access }) => access !== "open"))(
    "$name is not an oracle",
    async ({ name, access }) => {
      const rejected = { type: "invalid_data" };
      for (const condition of [{ $like: "a%" }, { $gt: "a" }, { $ne: "a" }, /a/, { $exists: true }]) {
        await expect(service.listApiKeys({ [name]: condition })).rejects.toMatchObject(rejected);
      }
      if (access === "hidden") await expect(service.listApiKeys({ [name]: "a" })).rejects.toMatchObject(rejected);
    },
  );

  it.each(DECLARED.internal)("%s is no name for callers", async (name) => {
    await expect(service.listApiKeys({ [name]: "a" })).rejects.toMatchObject({ type: "invalid_data" });
    await expect(service.listApiKeys({}, { order: { [name]: "ASC" } })).rejects.toMatchObject({ type: "invalid_data" });
  });

  /** What a service says that has remembered nothing. */
  async function openedAgain<T>(ask: (service: OurService) => Promise<T>): Promise<T> {
    const cold = openService(database.url, { migrate: false, lastUsedInterval: false });
    return ask(cold).finally(() => cold.close());
  }

  const lookUpWhole = (on: OurService, token: string) => on.listApiKeys({ token, type: "publishable" });
});
