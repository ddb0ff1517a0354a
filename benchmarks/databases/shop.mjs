// The table that most scenarios use: created by stock, migrated by this package, with keys that both can verify.

import { createDatabase } from "../../harness/database.mjs";
import { startStock } from "../../harness/stock.js";
import { openLeased, openOurs } from "../contenders/ours.mjs";
import { openSelects } from "../contenders/select.mjs";
import { createKeys, fillTable } from "./keys.mjs";

/** Opens all contenders on one database: `stock`, `strict`, `leased` (or null), `selects`, the keys by kind, and `close`. */
export async function openShop(serverUrl, sizes, progress) {
  progress.show("creating a shop's keys · stock's table");
  const database = await createDatabase(serverUrl, "bench_shop");
  const stock = await startStock(database.url);
  progress.show("creating a shop's keys · publishable");
  const publishable = await createKeys(database.url, "publishable", sizes.publishable);
  progress.show("creating a shop's keys · hashed as stock can verify them");
  const shared = await createKeys(database.url, "secret", sizes.shared, { hashing: "scrypt" });
  progress.show("creating a shop's keys · hashed as this package does by default");
  const cold = await createKeys(database.url, "secret", sizes.cold);
  const others = sizes.table - sizes.publishable - sizes.shared - sizes.cold;
  const secret = await fillTable(database, others, sizes.warm);
  progress.show("creating a shop's keys · connecting");
  const strict = await openOurs(database.url);
  const leased = await openLeased(database.url);
  const selects = await openSelects(database.url);
  return {
    database,
    keys: { publishable, shared, cold, secret },
    stock: stock.service,
    strict,
    leased,
    selects,
    close: async () => {
      await Promise.all([strict.close(), leased?.close(), selects.close(), stock.stop()]);
      await database.drop();
    },
  };
}
