// Builds the documentation as a site in target/site/html: the pages of docs/, the documents of the root, and the API reference, which
// TypeDoc generates from the types. Fails if a public member has no description, if a link or an anchor is dead, or if a page is
// missing in the sidebar.
//
//   npm run docs                 builds
//   npm run docs -- --preview    builds, and serves the site on port 4173 until it is interrupted

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { deadLinks } from "../harness/documents/links.js";
import { installPackages } from "../harness/setup.mjs";
import { fail, root, run, runPackage, step } from "../harness/steps.mjs";

const SITE = join(root, "target/site");
const SOURCES = join(SITE, "pages");
const HTML = join(SITE, "html");
/** Pages that others link to, but that are not in the sidebar. */
const APART = /^(index|contributing|architecture|reporting-vulnerabilities|examples\/.+|adr\/\d.+|api\/.+)$/;

await installPackages("all");
// Imported late: they need packages that have just been installed.
const { generateApi } = await import("./docs/api.mjs");
const { stage } = await import("./docs/stage.mjs");
const pages = await step("Collecting the pages", () => stage(SOURCES));
await step("Compiling the types", () => runPackage("typescript/bin/tsc", ["--project", "tsconfig.build.json"]));
await step("Generating the API reference; each public member needs a description", () =>
  generateApi(join(SITE, "types"), join(SOURCES, "api")),
);
await step("Building the site", () => runPackage("vitepress/bin/vitepress.js", ["build", SOURCES]));
await step("Checking links, anchors and the sidebar", check);
console.log(`\n✓ the site is in ${HTML}`);
if (process.argv.includes("--preview")) {
  await run(process.execPath, [`${root}node_modules/vitepress/bin/vitepress.js`, "serve", SOURCES]);
}

async function check() {
  const { dead, count } = deadLinks(HTML);
  const { sidebar } = await import(pathToFileURL(join(root, "docs/.vitepress/sidebar.mjs")).href);
  const listed = sidebar.flatMap(({ items }) => items.map(({ link }) => link.slice(1).replace(/\/$/, "/index")));
  const names = pages.map((path) => path.replace(/\.md$/, ""));
  const missing = names.filter((name) => !listed.includes(name) && !APART.test(name));
  const unknown = listed.filter((name) => !names.includes(name) && name !== "api/index");
  const problems = [
    ...dead,
    ...missing.map((name) => `${name} is not in docs/.vitepress/sidebar.mjs`),
    ...unknown.map((name) => `docs/.vitepress/sidebar.mjs lists ${name}, which is no page`),
  ];
  for (const problem of problems) console.error(`  ${problem}`);
  if (problems.length > 0) fail(`${problems.length} problems in the site`);
  console.log(
    `  ${readdirSync(HTML, { recursive: true }).filter((path) => path.endsWith(".html")).length} pages, ${count} links`,
  );
}
