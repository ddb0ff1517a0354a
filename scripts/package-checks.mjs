// Checks the package as npm packs it: its manifest, and its types in every way of resolving modules.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, succeeds } from "../harness/steps.mjs";

/** What Medusa's bundler alone imports. */
const UNTYPED = ["--exclude-entrypoints", "admin"];

/** Packs the package and returns whether publint and Are The Types Wrong find nothing. */
export async function packageIsWellFormed() {
  const folder = mkdtempSync(join(tmpdir(), "medusa-api-key-native-packed-"));
  const shell = process.platform === "win32";
  execFileSync("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: root, shell, stdio: "inherit" });
  const tarball = join(folder, readdirSync(folder)[0]);
  const runs = (file, ...args) => succeeds(process.execPath, [`${root}node_modules/${file}`, ...args]);
  const results = [
    await runs("publint/src/cli.js", "run", "--strict", tarball),
    await runs(
      "@arethetypeswrong/cli/dist/index.js",
      tarball,
      ...["--format", "table-flipped"],
      "--no-emoji",
      ...UNTYPED,
    ),
  ];
  rmSync(folder, { recursive: true });
  return results.every(Boolean);
}
