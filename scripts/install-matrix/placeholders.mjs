// A folder with an addon for every platform, so that a package manager has all packages to choose from. Where this machine has none, a
// placeholder takes its place, which is installed but never loaded.

import { copyFileSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addonName, TARGETS, targetsIn } from "../release/targets.mjs";

/** Copies the addons of a folder to a new one and adds the placeholders. Returns the new folder. */
export function withPlaceholders(addons) {
  const folder = mkdtempSync(join(tmpdir(), "medusa-api-key-native-addons-"));
  const present = targetsIn(addons);
  for (const target of Object.keys(TARGETS)) {
    const file = join(folder, addonName(target));
    if (present.includes(target)) copyFileSync(join(addons, addonName(target)), file);
    else writeFileSync(file, "A placeholder of the installation matrix.\n");
  }
  return folder;
}
