// Follows the READMEs of the examples literally: copies each example, as its README says, into an empty folder outside the checkout, runs
// the commands of its blocks as they stand there, and compares what they print with what the README shows. A local registry stands in for
// npm, because the package is not published yet. What `npm run build` left in binding/ is what it holds.
//
//   npm run follow-readmes                       all but the Medusa shop: about four minutes, on port 9000
//   npm run follow-readmes -- hono medusa        these examples; the Medusa shop takes about five minutes

import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { alike, blocksOf } from "../harness/documents/blocks.js";
import { openShell } from "../harness/documents/shell.js";
import { startRegistry } from "../harness/registry/registry.mjs";
import { setup } from "../harness/setup.mjs";
import { fail, root, step } from "../harness/steps.mjs";
import { packAll } from "./release/pack.mjs";
import { publishLocally } from "./release/publish.mjs";
import { hostTarget } from "./release/targets.mjs";

const EXAMPLES = readdirSync(join(root, "examples")).filter((name) => existsSync(readmeOf(name)));
/** Not followed unless named: it installs all of Medusa. */
const SLOW = ["medusa"];
/** Their READMEs ask for a PostgreSQL database. */
const WITH_DATABASE = ["audit", "medusa"];
const STEP_MS = 900_000;
/** curl shows a progress meter if its output is not a terminal, and no line ends after a body. */
const CURL = `curl() { command curl --silent --show-error --write-out '\\n' "$@"; }`;

const names = process.argv.slice(2);
for (const name of names) if (!EXAMPLES.includes(name)) fail(`${name} is none of ${EXAMPLES.join(", ")}`);
const chosen = names.length > 0 ? names : EXAMPLES.filter((name) => !SLOW.includes(name));

await setup();
const target = hostTarget() ?? fail("There is no package for this platform.");
const packages = await step("Packing", () => packAll([target], join(root, "binding")));
const registry = await startRegistry(packages.at(-1).name);
const failed = [];
try {
  await step("Publishing to a local registry", () => publishLocally(packages, registry));
  for (const name of chosen) if (!(await step(`examples/${name}/README.md`, () => follows(name)))) failed.push(name);
} finally {
  await registry.stop();
}
if (failed.length > 0) fail(`not as the README says: ${failed.join(", ")}`);
console.log(`\n✓ ${chosen.join(", ")}: as their READMEs say`);

function readmeOf(name) {
  return join(root, "examples", name, "README.md");
}

/** Returns whether an example works as its README says. */
async function follows(name) {
  const home = mkdtempSync(join(tmpdir(), `medusa-api-key-native-${name}-`));
  const folder = join(home, name);
  const uncopied = /[\\/](node_modules|\.medusa|\.env|[^\\/]*\.db(-\w+)?)$/;
  cpSync(join(root, "examples", name), folder, { recursive: true, filter: (path) => !uncopied.test(path) });
  mkdirSync(join(home, "cache"));
  const database = WITH_DATABASE.includes(name) ? await emptyDatabase() : null;
  const shell = openShell({
    folder,
    env: { ...process.env, ...environment(home), ...(database && { DATABASE_URL: database.url }) },
    log: (text) => process.stdout.write(text.replace(/^(?=.)/gm, "  ")),
  });
  try {
    await shell.run(CURL, STEP_MS);
    await followBlocks(blocksOf(readFileSync(readmeOf(name), "utf8")), shell);
    return true;
  } catch (error) {
    console.error(`\n  ✗ ${error.message}`);
    return false;
  } finally {
    await shell.close();
    await database?.stop();
    rmSync(home, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function followBlocks(blocks, shell) {
  let printed = "";
  for (const { purpose, language, text, heading } of blocks) {
    const [verb, ...ready] = purpose;
    if (verb === "session") printed = await shell.run(text, STEP_MS);
    else if (verb === "starts") await shell.start(text, new RegExp(ready.join(" ") || "Listening on"), STEP_MS);
    else if (verb === "shows") expectAlike(printed, text);
    else if (language === "sh")
      throw new Error(`a block of commands under "${heading}" is neither "starts" nor "session"`);
  }
}

function expectAlike(printed, shown) {
  const [seen, wanted] = [printed, shown].map((text) => alike(text));
  if (seen !== wanted) throw new Error(`printed:\n${seen}\nbut the README shows:\n${wanted}`);
}

function environment(home) {
  return {
    HOME: home,
    NO_COLOR: "1",
    npm_config_registry: registry.url,
    npm_config_cache: join(home, "cache"),
    npm_config_fund: "false",
    npm_config_audit: "false",
    npm_config_update_notifier: "false",
  };
}

/** An empty database on a PostgreSQL server of its own. */
async function emptyDatabase() {
  const { PostgresServer } = await import("../harness/postgres.js");
  const server = await PostgresServer.create({});
  return { url: server.url(), stop: () => server.remove() };
}
