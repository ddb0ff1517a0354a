// Writes index.d.ts: one self-contained file with the declarations of module/index.ts and all types that they use.

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { setup } from "../harness/setup.mjs";
import { root, runPackage } from "../harness/steps.mjs";

const COMMITTED = `${root}index.d.ts`;

/** Returns whether the committed index.d.ts is up to date. */
export async function typesAreCurrent() {
  const same = existsSync(COMMITTED) && readFileSync(COMMITTED, "utf8") === (await bundle());
  if (!same) console.error('  index.d.ts is out of date; run "npm run types"');
  return same;
}

async function bundle() {
  const directory = mkdtempSync(join(tmpdir(), "medusa-api-key-native-types-"));
  const file = join(directory, "index.d.ts");
  await runPackage("dts-bundle-generator/dist/bin/dts-bundle-generator.js", [
    ...["--project", "tsconfig.build.json"],
    ...["--out-file", file],
    ...["--export-referenced-types", "false"],
    "--inline-declare-global",
    "--no-banner",
    "--silent",
    "module/index.ts",
  ]);
  const bundled = readFileSync(file);
  rmSync(directory, { recursive: true });
  return formatted(bundled);
}

function formatted(source) {
  const biome = [`${root}node_modules/@biomejs/biome/bin/biome`, "format", "--stdin-file-path=index.d.ts"];
  return execFileSync(process.execPath, biome, { cwd: root, input: source, encoding: "utf8" });
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await setup();
  writeFileSync(COMMITTED, await bundle());
}
