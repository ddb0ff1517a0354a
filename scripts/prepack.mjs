// Keeps npm from packing a dist/ that is missing or older than module/: compiles module/ again and compares. And a plugin that is missing or
// older than plugin/.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isPluginCurrent } from "../harness/plugin.mjs";
import { fail, outputOf, root } from "../harness/steps.mjs";

const DIST = join(root, "dist");
const TSC = join(root, "node_modules/typescript/bin/tsc");
const REMEDY = 'Run "npm run build".';

if (!existsSync(join(DIST, "index.js"))) fail(`dist/ is missing. ${REMEDY}`);
if (!existsSync(TSC)) fail(`dist/ cannot be checked without TypeScript. ${REMEDY}`);

const fresh = mkdtempSync(join(tmpdir(), "medusa-api-key-native-dist-"));
const output = outputOf(process.execPath, [TSC, "--project", "tsconfig.build.json", "--outDir", fresh]);
const different = output === null ? [] : differences();
rmSync(fresh, { recursive: true });
if (output === null) fail("module/ does not compile.");
if (different.length > 0) fail(`dist/ does not match module/: ${different.join(", ")}. ${REMEDY}`);

if (!isPluginCurrent()) fail('.medusa/server does not match plugin/. Run "npm run build -- --all-packages".');

function differences() {
  const files = [DIST, fresh].flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1)),
  );
  const content = (folder, file) => (existsSync(join(folder, file)) ? readFileSync(join(folder, file), "utf8") : null);
  return [...new Set(files)].filter((file) => content(DIST, file) !== content(fresh, file)).sort();
}
