// Copies examples/medusa to a folder of a test's own and adds what tests need of it: routes, workflows and subscribers of `overlay/`.

import { cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

const ROOT = join(__dirname, "../..");
const LINE = 'modules: [{ resolve: "medusa-api-key-native" }],';

export interface Configuration {
  /** Whose API Key Module the shop has. */
  apiKeys: "ours" | "stock";
  /** Members of Medusa's configuration beside those of the example. */
  settings?: string;
  /** The elements of `modules`; the example's line unless given. */
  modules?: string;
}

/** Answers the folder of the shop, in `home`. It sees the packages of this checkout, and this checkout as a package. */
export async function copyShop(home: string, { apiKeys, settings = "", modules }: Configuration): Promise<string> {
  const shop = join(home, "shop");
  await cp(join(ROOT, "examples/medusa"), shop, {
    recursive: true,
    filter: (path) => !/node_modules|\.medusa|\.env$/.test(path),
  });
  await cp(join(__dirname, "overlay"), shop, { recursive: true });
  await mkdir(join(home, "node_modules"));
  await symlink(ROOT, join(home, "node_modules/medusa-api-key-native"), "junction");
  await symlink(join(ROOT, "node_modules"), join(shop, "node_modules"), "junction");

  const file = join(shop, "medusa-config.ts");
  const config = await readFile(file, "utf8");
  const swapped = config.replace(LINE, `${settings} ${modules ?? (apiKeys === "ours" ? LINE : "")}`);
  if (swapped === config) throw new Error(`The example's configuration does not hold the line ${LINE}`);
  await writeFile(file, swapped);
  return shop;
}
