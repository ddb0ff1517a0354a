// A whole Medusa shop on loopback, on a database of its own.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runMedusa } from "../../harness/shop/command.js";
import { serveShop } from "../../harness/shop/server.js";
import type { PostgresDatabase } from "../support/postgres";
import { type Configuration, copyShop } from "./copy";
import { createShopDatabase, environment, MIGRATE } from "./database";

/** For `beforeAll` and `afterAll`: a start is some ten seconds of work for one core, and others may be working. */
export const SHOP_TIMEOUT_MS = 300_000;

type Server = Awaited<ReturnType<typeof serveShop>>;

export interface Shop {
  url: string;
  database: PostgresDatabase;
  server: Server;
  /** Ends the server as an operator does and answers how it ended. */
  stop: Server["stop"];
  /** Starts it again, on the same database and port. */
  start(): Promise<void>;
  /** Stops it and removes all that it had. */
  remove(): Promise<void>;
}

/** Opens a shop whose database stock has migrated, migrates it for this package if that is to keep the keys, and starts its server. */
export async function openShop(configuration: Configuration): Promise<Shop> {
  const database = await createShopDatabase();
  const home = await mkdtemp(join(tmpdir(), "medusa-api-key-native-shop-"));
  const directory = await copyShop(home, configuration);
  const env = { ...environment(database.url), ...configuration.env };
  if (configuration.apiKeys === "ours") await runMedusa(directory, env, MIGRATE);
  const server = await serveShop(directory, env);
  const shop: Shop = {
    url: server.url,
    database,
    server,
    stop: () => shop.server.stop(),
    start: async () => {
      shop.server = await serveShop(directory, env, server.port);
    },
    remove: async () => {
      await shop.stop();
      await database.drop();
      await rm(home, { recursive: true, force: true });
    },
  };
  return shop;
}
