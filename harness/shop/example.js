// Copies of examples/medusa.

const { mkdir, cp, readFile, symlink, writeFile } = require("node:fs/promises");
const { join } = require("node:path");

const ROOT = join(__dirname, "../..");
const EXAMPLE = join(ROOT, "examples/medusa");
const LINE = 'modules: [{ resolve: "medusa-api-key-native" }],';

/**
 * Returns whether a file belongs to the example, rather than to a local run of it.
 * @param {string} path
 */
const isOfExample = (path) => !/node_modules|\.medusa|\.env$/.test(path);

/**
 * Copies the example to `home` and returns the shop's folder. The copy resolves the packages of this checkout, and
 * this checkout as a package.
 * @param {string} home
 * @returns {Promise<string>}
 */
async function copyExample(home) {
  const shop = join(home, "shop");
  await cp(EXAMPLE, shop, { recursive: true, filter: isOfExample });
  await mkdir(join(home, "node_modules"));
  await symlink(ROOT, join(home, "node_modules/medusa-api-key-native"), "junction");
  await symlink(join(ROOT, "node_modules"), join(shop, "node_modules"), "junction");
  return shop;
}

/**
 * Replaces the line that adds this package to the shop; an empty replacement selects Medusa's own module.
 * @param {string} shop
 * @param {string} replacement
 */
async function replaceLine(shop, replacement) {
  const file = join(shop, "medusa-config.ts");
  const config = await readFile(file, "utf8");
  if (!config.includes(LINE)) throw new Error(`The example's configuration does not contain the line ${LINE}`);
  await writeFile(
    file,
    config.replace(LINE, () => replacement),
  );
}

module.exports = { EXAMPLE, LINE, ROOT, copyExample, isOfExample, replaceLine };
