// PgBouncer in front of a database of each test, and the services behind it.

import { PgBouncer } from "../../harness/pgbouncer.js";
import { openService } from "../support/ours";
import { createPostgresDatabase, type PostgresDatabase } from "../support/postgres";
import type { OurService } from "../support/service";
import { CHEAP } from "../support/surroundings";

type Mode = Parameters<typeof PgBouncer.start>[1];
type Settings = Parameters<typeof PgBouncer.start>[2];

/** Gives each test of the file a migrated database, and ends what the test opened. */
export function usePooler() {
  let services: OurService[];
  const current = {
    database: undefined as unknown as PostgresDatabase,
    pooler: undefined as unknown as PgBouncer,
    /** Starts PgBouncer. */
    async start(mode: Mode, settings?: Settings): Promise<void> {
      current.pooler = await PgBouncer.start(current.database.url, mode, settings);
    },
    /** Opens a service behind it. */
    open(options: object = CHEAP): OurService {
      const service = openService(current.pooler.url, options);
      services.push(service);
      return service;
    },
  };

  beforeEach(async () => {
    services = [];
    current.database = await createPostgresDatabase();
    const direct = openService(current.database.url, CHEAP);
    await direct.migrate();
    await direct.close();
  });
  afterEach(async () => {
    for (const service of services) await service.close();
    await current.pooler?.stop();
    await current.database?.drop();
  });
  return current;
}
