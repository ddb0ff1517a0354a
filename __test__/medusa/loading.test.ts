// The ways in which medusa-config can name the package.

import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ApiKeyModuleService } from "../../index.js";
import { createPostgresDatabase, type PostgresDatabase } from "../support/postgres";
import { PUBLISHABLE, SECRET } from "../support/service";

const ROOT = join(__dirname, "../..");

const FORMS: [string, object][] = [
  ["an array and a bare name", [{ resolve: "medusa-api-key-native" }]],
  ["an object and a bare name", { api_key: { resolve: "medusa-api-key-native" } }],
  ["an array and a relative path", [{ resolve: "./src/modules/api-key" }]],
  ["an object and a relative path", { api_key: { resolve: "./modules/api-key" } }],
  ["an array and an absolute path", [{ resolve: ROOT }]],
  ["an object and an absolute path", { api_key: { resolve: ROOT } }],
];

const HASH_KEYS = [{ id: "2026-11", secret: "07".repeat(32) }];

/** The same with hash keys among its options, and without. */
const WITH_OPTIONS = [
  [{ resolve: "medusa-api-key-native", options: { hashing: "sha256", hashKeys: HASH_KEYS } }],
  [{ resolve: "medusa-api-key-native", options: { hashing: "sha256" } }],
];

describe("[postgres] Medusa loads the package", () => {
  let database: PostgresDatabase;
  let home: string;
  let loaded: { ours: boolean; titles: string[]; authenticated: boolean }[];

  beforeAll(async () => {
    database = await createPostgresDatabase();
    const service = new ApiKeyModuleService({ databaseUrl: database.url, hashing: "sha256", hashKeys: HASH_KEYS });
    await service.createApiKeys(PUBLISHABLE);
    const { token } = await service.createApiKeys(SECRET);
    await service.close();
    home = await mkdtemp(join(tmpdir(), "medusa-api-key-native-loading-"));
    await makeApplication(home);
    const env = {
      ...process.env,
      DATABASE_URL: database.url,
      FORMS: JSON.stringify([...FORMS.map(([, modules]) => modules), ...WITH_OPTIONS]),
      TOKEN: token,
    };
    const { stdout } = await promisify(execFile)(process.execPath, ["load-module.js"], { cwd: home, env });
    loaded = JSON.parse(stdout);
  });
  afterAll(async () => {
    await rm(home, { recursive: true, force: true });
    await database.drop();
  });

  it.each(FORMS.map(([name], place) => ({ name, place })))("when named by $name", ({ place }) => {
    expect(loaded[place]).toMatchObject({ ours: true, titles: [PUBLISHABLE.title, SECRET.title] });
  });

  it("with the hash keys among its options", () => {
    expect(loaded.slice(FORMS.length).map(({ authenticated }) => authenticated)).toEqual([true, false]);
  });
});

/** A folder that sees Medusa and the package among its packages, and has a module of its own that is the package. */
async function makeApplication(home: string): Promise<void> {
  const own = join(home, "src/modules/api-key");
  await mkdir(own, { recursive: true });
  await writeFile(join(own, "index.js"), 'module.exports = require("medusa-api-key-native");\n');
  await mkdir(join(home, "node_modules"));
  await symlink(ROOT, join(home, "node_modules/medusa-api-key-native"), "junction");
  await symlink(join(ROOT, "node_modules/@medusajs"), join(home, "node_modules/@medusajs"), "junction");
  await copyFile(join(__dirname, "fixtures/load-module.js"), join(home, "load-module.js"));
}
