// A whole Medusa shop on loopback, on a database of its own.

import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PostgresDatabase } from "../support/postgres";
import { type Configuration, copyShop } from "./copy";
import { createShopDatabase, MIGRATE } from "./database";
import { type MedusaProcess, runMedusa, startMedusa } from "./process";

/** For `beforeAll` and `afterAll`: a start is some ten seconds of work for one core, and others may be working. */
export const SHOP_TIMEOUT_MS = 300_000;

export interface Shop {
  url: string;
  database: PostgresDatabase;
  server: MedusaProcess;
  /** Ends the server as an operator does and answers how it ended. */
  stop(): ReturnType<typeof stop>;
  /** Starts it again, on the same database. */
  start(): Promise<void>;
  /** Stops it and removes all that it had. */
  remove(): Promise<void>;
}

/** Opens a shop whose database stock has migrated, migrates it for this package if that is to keep the keys, and starts its server. */
export async function openShop(configuration: Configuration): Promise<Shop> {
  const database = await createShopDatabase();
  const home = await mkdtemp(join(tmpdir(), "medusa-api-key-native-shop-"));
  const directory = await copyShop(home, configuration);
  if (configuration.apiKeys === "ours") await runMedusa(directory, database.url, MIGRATE);
  const port = await freePort();
  const serve = async () => {
    const server = startMedusa(directory, database.url, ["start", "--host", "127.0.0.1", "--port", `${port}`]);
    await server.prints("Server is ready");
    return server;
  };
  const shop: Shop = {
    url: `http://127.0.0.1:${port}`,
    database,
    server: await serve(),
    stop: () => stop(shop.server),
    start: async () => {
      shop.server = await serve();
    },
    remove: async () => {
      await shop.stop();
      await database.drop();
      await rm(home, { recursive: true, force: true });
    },
  };
  return shop;
}

function stop({ child, ended }: MedusaProcess): MedusaProcess["ended"] {
  child.kill("SIGTERM");
  return ended;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
