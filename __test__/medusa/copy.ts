// The example shop with what tests need beside it: the routes, workflows and subscribers of `overlay/`.

import { cp } from "node:fs/promises";
import { join } from "node:path";
import { copyExample, LINE, replaceLine } from "../../harness/shop/example.js";

export interface Configuration {
  /** Whose API Key Module the shop has. */
  apiKeys: "ours" | "stock";
  /** Members of Medusa's configuration beside those of the example. */
  settings?: string;
  /** The elements of `modules`; the example's line unless given. */
  modules?: string;
  /** Folders that are copied over the shop, after `overlay/`. */
  overlays?: string[];
  /** Environment variables in addition to those of every test shop. */
  env?: Record<string, string>;
}

/** Answers the folder of the shop, in `home`. */
export async function copyShop(
  home: string,
  { apiKeys, settings = "", modules, overlays = [] }: Configuration,
): Promise<string> {
  const shop = await copyExample(home);
  for (const overlay of [join(__dirname, "overlay"), ...overlays]) await cp(overlay, shop, { recursive: true });
  await replaceLine(shop, `${settings} ${modules ?? (apiKeys === "ours" ? LINE : "")}`);
  return shop;
}
