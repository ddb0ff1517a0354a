// The list of URLs by which a test in Rust compares this package with Node's `pg` (src/store/postgres/tests/pg.rs) holds what `pg` reads.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(__filename);
const { parse } = createRequire(require.resolve("pg"))("pg-connection-string");

interface Entry {
  url: string;
  /** What `pg` reads; null where it goes by a default. */
  pg: object | "refused";
  /** What differs here, and why. */
  here?: object | "refused";
  why?: string;
}

const list: Entry[] = JSON.parse(readFileSync(join(__dirname, "urls.json"), "utf8"));

describe("The list of URLs", () => {
  let warn: jest.SpyInstance;

  beforeAll(() => {
    warn = jest.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  });
  afterAll(() => warn.mockRestore());

  it.each(list.map(({ url, pg }) => [url, pg]))(
    "holds for %j the settings that pg-connection-string reads (D11)",
    (url, pg) => {
      expect(read(url as string)).toEqual(pg);
    },
  );

  it("contains each URL once", () => {
    expect(new Set(list.map(({ url }) => url)).size).toBe(list.length);
  });
});

function read(url: string): Entry["pg"] {
  let parsed: Record<string, unknown>;
  try {
    parsed = parse(url);
  } catch {
    return "refused";
  }
  const given = (name: string) => parsed[name] || null;
  return {
    host: given("host"),
    port: /^\d+$/.test(String(given("port"))) ? Number(given("port")) : given("port"),
    user: given("user"),
    password: given("password"),
    database: given("database"),
    ssl: protection(parsed.ssl),
  };
}

/** How `pg` understands its `ssl`, in the words of the list. */
function protection(ssl: unknown): string {
  if (typeof ssl === "object" && ssl !== null) {
    const { rejectUnauthorized, checkServerIdentity } = ssl as Record<string, unknown>;
    return rejectUnauthorized === false ? "unverified" : checkServerIdentity ? "authority" : "full";
  }
  if (ssl === undefined) {
    return "unsaid";
  }
  return ssl === "no-verify" ? "unverified" : ssl ? "full" : "none";
}
