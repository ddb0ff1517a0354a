// Rewrites the pictures of docs/command-line.md: runs the built program with colors on a small shop, and draws what it prints as SVG.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { startPostgres } from "../harness/postgres-for-run.js";
import { root } from "../harness/steps.mjs";
import { drawTerminal } from "./cli-pictures/svg.mjs";

const PROGRAM = join(root, "dist/cli/main.js");

const folder = mkdtempSync(join(tmpdir(), "medusa-api-key-native-pictures-"));
const postgres = await startPostgres();
const env = { PATH: process.env.PATH, DATABASE_URL: postgres.url, FORCE_COLOR: "1" };

/** Runs the program and returns what it printed, also if it found a problem. */
function run(...args) {
  try {
    return execFileSync(process.execPath, [PROGRAM, ...args], { cwd: folder, env, encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    return error.stdout;
  }
}

async function query(statement) {
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

function draw(name, ...args) {
  const picture = drawTerminal(`npx medusa-api-key-native ${args.join(" ")}`, run(...args));
  writeFileSync(join(root, "docs/images", `command-line-${name}.svg`), picture);
}

try {
  run("migrate");
  const cheap = ["--hashing", "sha256"];
  run("create", "--title", "Storefront", "--type", "publishable");
  run("create", "--title", "Warehouse", ...cheap, "--expires-in", "0s");
  run("create", "--title", "Backup", "--hashing", "scrypt", "--expires-in", "30d");
  run("create", "--title", "CI of the shop", "--scopes", "products:read,orders:*", "--owner", "user:user_ada");
  draw("list", "list");
  const options = { hashing: "sha256", hashKeys: [{ id: "2026-10", secret: "0a".repeat(32) }] };
  writeFileSync(join(folder, "options.json"), JSON.stringify(options));
  run("create", "--title", "Mobile app", "--options", "options.json");
  const others = { ...options, hashKeys: [{ id: "2026-11", secret: "0b".repeat(32) }] };
  writeFileSync(join(folder, "options.json"), JSON.stringify(others));
  await query("ALTER TABLE api_key DISABLE TRIGGER api_key_native_change");
  draw("doctor", "doctor", "--options", "options.json");
} finally {
  rmSync(folder, { recursive: true });
  await postgres.stop();
}
