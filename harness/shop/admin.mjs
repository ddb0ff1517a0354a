// The example shop with its dashboard, built as its README describes.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { runMedusa } from "./command.js";
import { copyExample, EXAMPLE, isOfExample, ROOT } from "./example.js";

/** Returns the folder of the built shop. Rebuilds it only if the example or the packages have changed. */
export async function builtShop() {
  const cache = join(ROOT, "target/admin");
  const home = join(cache, fingerprint());
  if (!existsSync(home)) {
    rmSync(cache, { recursive: true, force: true });
    const unfinished = join(cache, "unfinished");
    mkdirSync(unfinished, { recursive: true });
    const env = { DATABASE_URL: "postgres://127.0.0.1/none", NODE_ENV: "production" };
    await runMedusa(await copyExample(unfinished), env, ["build"]);
    renameSync(unfinished, home);
  }
  return join(home, "shop/.medusa/server");
}

function fingerprint() {
  const hash = createHash("sha256").update(readFileSync(join(ROOT, "package-lock.json")));
  for (const entry of readdirSync(EXAMPLE, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    if (entry.isFile() && isOfExample(path)) hash.update(path).update(readFileSync(path));
  }
  return hash.digest("hex").slice(0, 16);
}
