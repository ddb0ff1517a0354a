// Copies of the package, as npm installs them when two packages depend on versions of this one that differ.

import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const ROOT = join(__dirname, "../..");
const COPIED = ["package.json", "index.js", "dist", "binding"];

/** Two copies of the built package, each with its own addon. */
export interface PackageCopies {
  paths: [string, string];
  remove(): void;
}

export function copyPackageTwice(): PackageCopies {
  const folder = mkdtempSync(join(tmpdir(), "medusa-api-key-native-copies-"));
  const copy = (dependent: string) => {
    const target = join(folder, dependent, "node_modules/medusa-api-key-native");
    for (const name of COPIED) {
      mkdirSync(dirname(join(target, name)), { recursive: true });
      // Not a hard link: the system loads one file only once, whatever its names are.
      cpSync(join(ROOT, name), join(target, name), { recursive: true });
    }
    return target;
  };
  return {
    paths: [copy("one"), copy("other")],
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
