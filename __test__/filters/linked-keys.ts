// Keys A to F in a shop's database, what they are linked to, and the joins by which Medusa's query engine tells so.

import type { PostgresDatabase } from "../support/postgres";

export interface Join {
  parent?: string;
  link: { table: string; schema?: string; sourceKey: string; targetKey: string };
  target: { table: string; schema?: string; primaryKey?: string; filters?: object };
}

const KEY_LINKS = "publishable_api_key_sales_channel";
const KEY_LINK = { table: KEY_LINKS, sourceKey: "publishable_key_id", targetKey: "sales_channel_id" };

/** From the keys to their sales channels. */
export const CHANNELS: Join = { link: KEY_LINK, target: { table: "sales_channel", primaryKey: "id" } };

/** From the sales channels to their stock locations. */
export const LOCATIONS: Join = {
  parent: "sales_channel",
  link: { table: "sales_channel_stock_location", sourceKey: "sales_channel_id", targetKey: "stock_location_id" },
  target: { table: "stock_location", primaryKey: "id" },
};

/** From the keys to who created them, by a column of the keys. */
export const CREATORS: Join = {
  link: { table: "api_key", sourceKey: "id", targetKey: "created_by" },
  target: { table: "user" },
};

/** From the keys to rows that name them in a column of their own. */
export const LINKS: Join = {
  link: { table: KEY_LINKS, sourceKey: "publishable_key_id", targetKey: "id" },
  target: { table: KEY_LINKS, primaryKey: "id" },
};

/** From the sales channels back to keys. */
export const KEYS_OF_CHANNELS: Join = {
  parent: "sales_channel",
  link: { table: KEY_LINKS, sourceKey: "sales_channel_id", targetKey: "publishable_key_id" },
  target: { table: "api_key", primaryKey: "id" },
};

/** From the keys to a table with numbers, over a link table that is meant for something else. */
export const CURRENCIES: Join = {
  link: { table: "product_sales_channel", sourceKey: "product_id", targetKey: "sales_channel_id" },
  target: { table: "currency", primaryKey: "code" },
};

/** Replaces what a shop's database has of all this. */
export async function linkKeys(database: PostgresDatabase): Promise<void> {
  const insert = async (table: string, columns: string, rows: unknown[][]) => {
    await database.query(`DELETE FROM "${table}"`);
    for (const row of rows) {
      const values = row.map((_, index) => `$${index + 1}`).join(", ");
      await database.query(`INSERT INTO "${table}" (${columns}) VALUES (${values})`, row);
    }
  };
  const hidden = "2024-01-01";
  await insert("user", "id, email", [
    ["user_ada", "ada@example.com"],
    ["user_bob", "bob@example.com"],
  ]);
  await insert(
    "api_key",
    "id, title, token, salt, redacted, type, created_by, deleted_at",
    ["A", "B", "C", "D", "E", "F"].map((title, index) => {
      const creator = ["user_ada", "user_bob", "user_ada", "user_gone", "user_ada", "user_gone"][index];
      return [`apk_${title}`, title, `pk_${title}`, "", `pk_${title}`, "publishable", creator, null];
    }),
  );
  await insert("sales_channel", "id, name, description, is_disabled, created_at, deleted_at", [
    ["sc_1", "Web", null, false, "2020-01-01T00:00:00Z", null],
    ["sc_2", "App", 'It\'s "100%" \\ ?, $1', true, "2021-01-01T00:00:00Z", null],
    ["sc_3", "Shop floor", null, false, "2022-01-01T00:00:00Z", null],
    ["sc_4", "Hidden", null, false, "2023-01-01T00:00:00Z", hidden],
    ["sc_5", "Aardvark", null, false, "2024-01-01T00:00:00Z", null],
  ]);
  await insert(KEY_LINKS, "id, publishable_key_id, sales_channel_id, deleted_at", [
    ["pksc_1", "apk_A", "sc_1", null],
    ["pksc_2", "apk_B", "sc_2", null],
    ["pksc_3", "apk_C", "sc_3", null],
    ["pksc_4", "apk_C", "sc_5", null],
    ["pksc_5", "apk_E", "sc_1", hidden],
    ["pksc_6", "apk_F", "sc_4", null],
  ]);
  await insert("currency", "code, symbol, symbol_native, name, decimal_digits, raw_rounding", [
    ["jpy", "¥", "¥", "Yen", 0, {}],
    ["usd", "$", "$", "Dollar", 2, {}],
  ]);
  await insert("product_sales_channel", "id, product_id, sales_channel_id", [
    ["prodsc_1", "apk_D", "jpy"],
    ["prodsc_2", "apk_F", "usd"],
  ]);
  await insert("stock_location", "id, name", [
    ["sloc_1", "Oslo"],
    ["sloc_2", "Berlin"],
  ]);
  await insert("sales_channel_stock_location", "id, sales_channel_id, stock_location_id", [
    ["scloc_1", "sc_1", "sloc_2"],
    ["scloc_2", "sc_2", "sloc_1"],
  ]);
}
