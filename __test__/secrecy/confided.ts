// A long run of a service under eavesdropping, and all that was confidential in it.

import { writeFile } from "node:fs/promises";
import pg from "pg";
import { PostgresServer } from "../../harness/postgres.js";
import { newMemory, remember } from "../differential/memory";
import { type History, toCall } from "../differential/operation";
import { createSqliteDatabase } from "../support/sqlite";
import { SqliteShell } from "../support/sqlite-shell";
import { Confidential } from "./confidential";
import { type Came, Eavesdropper } from "./eavesdropper";

/** A row, as far as it is confidential. */
interface Stored {
  type: string;
  token: string;
  salt: string;
  token_digest: string | null;
}

/** A database that a test may ruin. */
export interface Ground {
  url: string;
  sql(statement: string): Promise<object[]>;
  /** Makes it unusable under whoever has it open. */
  ruin(): Promise<void>;
  /** Removes what is left. */
  drop(): Promise<void>;
}

export const GROUNDS: Record<"sqlite" | "postgres", () => Promise<Ground>> = {
  sqlite: async () => {
    const database = await createSqliteDatabase();
    const { url, path } = database;
    const shell = new SqliteShell(path);
    const ruin = async () => {
      await shell.close();
      await writeFile(path, "This is no database. ".repeat(1_000));
    };
    const drop = async () => {
      await shell.close();
      await database.drop();
    };
    return { url, sql: (statement) => shell.query(statement), ruin, drop };
  },
  postgres: async () => {
    const server = await PostgresServer.create();
    const url = server.url();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const end = async () => {
      await client.end();
      await server.remove();
    };
    return { url, sql: async (statement) => (await client.query(statement)).rows, ruin: end, drop: end };
  },
};

/** Calls that are made one after another, and what nobody may learn of the keys that they leave in the table. */
export class Confided {
  readonly ear = new Eavesdropper();
  /** Hashes, salts, digests and tokens of secret keys: nobody sees them. */
  readonly secret = new Confidential();
  /** Tokens of publishable keys: answers show them, and nothing else does. */
  readonly publishable = new Confidential();
  readonly stored = { hash: new Set<string>(), salt: new Set<string>(), digest: new Set<string>() };

  private taken = 0;

  constructor(private readonly ground: Ground) {}

  /** Makes calls, while the table is there. */
  async calls(...calls: [method: string, ...args: unknown[]][]): Promise<void> {
    for (const [method, ...args] of calls) await this.call(method, args);
  }

  /** Plays a history of the differential tests on an empty table; where `secretly`, all that it creates are secret keys. */
  async play({ steps }: History, { secretly }: { secretly: boolean }): Promise<void> {
    await this.ground.sql("DELETE FROM api_key");
    const memory = newMemory();
    for (const operation of steps) {
      if (operation === null) continue;
      const { method, args } = toCall(operation, memory);
      const { answer } = await this.call(method, secretly ? args.map(toSecret) : args);
      remember(memory, { answer, told: [], table: [] });
    }
  }

  private async call(method: string, args: unknown[]): Promise<Came> {
    const came = await this.ear.call(method, ...args);
    for (const row of (await this.ground.sql("SELECT * FROM api_key")) as Stored[]) this.note(row);
    for (; this.taken < this.ear.tokens.length; this.taken++) this.secret.add(this.ear.tokens[this.taken] as string);
    return came;
  }

  private note({ type, token, salt, token_digest }: Stored): void {
    if (type === "publishable") return void this.publishable.add(token);
    for (const [kind, text] of Object.entries({ hash: token, salt, digest: token_digest ?? "" })) {
      if (this.secret.add(text)) this.stored[kind as keyof typeof this.stored].add(text);
    }
  }
}

function toSecret(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toSecret);
  const isNewKey = Object(value).type === "publishable" && "created_by" in Object(value);
  return isNewKey ? { ...(value as object), type: "secret" } : value;
}
