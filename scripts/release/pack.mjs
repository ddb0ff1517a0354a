// Assembles the packages in folders beside the checkout, which stays as it is, and packs them.

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildPlugin } from "../../harness/plugin.mjs";
import { root, runPackage } from "../../harness/steps.mjs";
import { addonName, packageName, RELEASE, rustName, TARGETS } from "./targets.mjs";

const PACKAGES = join(RELEASE, "packages");
const TARBALLS = join(RELEASE, "tarballs");
/** Members of the root's package.json that only a checkout needs. */
const OF_THE_CHECKOUT = ["scripts", "devDependencies", "workspaces", "allowScripts", "napi", "private"];
/** What each platform's package repeats of the root's. */
const SHARED = ["version", "description", "keywords", "license", "engines", "author", "repository", "homepage", "bugs"];

const readManifest = (...path) => JSON.parse(readFileSync(join(...path, "package.json"), "utf8"));
const writeManifest = (folder, manifest) =>
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);

/**
 * Packs the root package and the package of each target, whose addon is in `addons`. Returns each package's name, folder and tarball,
 * the root last: it names the others.
 */
export async function packAll(targets, addons) {
  rmSync(PACKAGES, { recursive: true, force: true });
  rmSync(TARBALLS, { recursive: true, force: true });
  mkdirSync(TARBALLS, { recursive: true });
  const manifest = readManifest(root);
  const platforms = [];
  for (const target of targets) platforms.push(await assemblePlatform(target, addons, manifest));
  const packages = [...platforms, await assembleRoot(targets, manifest)];
  return packages.map(({ name, folder }) => ({ name, folder, tarball: packed(folder) }));
}

async function assemblePlatform(target, addons, rootManifest) {
  const name = packageName(target);
  const folder = join(PACKAGES, name);
  cpSync(join(root, "npm", target), folder, { recursive: true });
  cpSync(join(root, "LICENSE"), join(folder, "LICENSE"));
  cpSync(join(addons, addonName(target)), join(folder, addonName(target)));
  const shared = SHARED.filter((member) => member in rootManifest).map((member) => [member, rootManifest[member]]);
  // Imported late: it needs packages that setup() installs.
  const { NOTICE_FILES, writeNotices } = await import("../notices/write.mjs");
  await writeNotices(TARGETS[target].triple, folder, { rust: rustOf(target, addons) });
  const files = [addonName(target), ...NOTICE_FILES];
  writeManifest(folder, { ...readManifest(folder), ...Object.fromEntries(shared), files });
  return { name, folder };
}

async function assembleRoot(targets, manifest) {
  const folder = join(PACKAGES, manifest.name);
  await buildPlugin();
  for (const file of filesOfRoot()) {
    mkdirSync(join(folder, file, ".."), { recursive: true });
    cpSync(join(root, file), join(folder, file));
  }
  // Compiled for this package, so that no earlier build can be in it.
  rmSync(join(folder, "dist"), { recursive: true, force: true });
  await runPackage("typescript/bin/tsc", ["--project", "tsconfig.build.json", "--outDir", join(folder, "dist")]);
  for (const member of OF_THE_CHECKOUT) delete manifest[member];
  const platforms = targets.map(packageName);
  const optionalDependencies = Object.fromEntries(platforms.map((name) => [name, manifest.version]));
  // Imported late, as above.
  const { BILL, writeRootBill } = await import("../notices/write.mjs");
  await writeRootBill(folder, platforms);
  writeManifest(folder, { ...manifest, files: [...manifest.files, BILL], optionalDependencies });
  return { name: manifest.name, folder };
}

/** The version of Rust that built an addon; of this machine's for one without that file, as `npm run build` builds them. */
function rustOf(target, addons) {
  const file = join(addons, rustName(target));
  return existsSync(file) ? readFileSync(file, "utf8").trim() : undefined;
}

/** The files that npm packs from the checkout. */
function filesOfRoot() {
  const [{ files }] = Object.values(JSON.parse(npm(root, ["pack", "--dry-run", "--json", "--ignore-scripts"])));
  return files.map(({ path }) => path).filter((path) => path !== "package.json" && !path.startsWith("dist/"));
}

function packed(folder) {
  npm(folder, ["pack", "--json", "--ignore-scripts", "--pack-destination", TARBALLS]);
  const { name, version } = readManifest(folder);
  const tarball = `${name}-${version}.tgz`;
  if (!readdirSync(TARBALLS).includes(tarball)) throw new Error(`npm pack did not write ${tarball}`);
  return join(TARBALLS, tarball);
}

function npm(cwd, args) {
  const shell = process.platform === "win32";
  return execFileSync("npm", args, { cwd, shell, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}
