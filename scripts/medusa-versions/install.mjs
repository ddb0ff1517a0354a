// A shop on a version of Medusa, installed by npm as its users install it.

import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isOfExample } from "../../harness/shop/example.js";
import { fail, outputOf, root } from "../../harness/steps.mjs";

const PACKAGE = "medusa-api-key-native";
const EXAMPLE = join(root, "examples/medusa");
/** The packages whose peers a shop has to install. */
const WITH_PEERS = ["@medusajs/framework", "@medusajs/medusa", "@medusajs/cli"];

/** Returns the version that a version or tag names, such as `latest`. */
export function exactVersion(name) {
  const version = view(`@medusajs/medusa@${name}`, "version");
  if (typeof version !== "string") fail(`${name} is not a version of Medusa`);
  return version;
}

/** Makes `folder` a copy of the example shop on a version of Medusa that resolves this checkout as the package. */
export async function installShop(version, folder) {
  cpSync(EXAMPLE, folder, { recursive: true, filter: isOfExample });
  const file = join(folder, "package.json");
  const manifest = JSON.parse(readFileSync(file, "utf8"));
  const { [PACKAGE]: _linked, ...dependencies } = manifest.dependencies;
  for (const name of Object.keys(dependencies)) {
    if (name.startsWith("@medusajs/")) dependencies[name] = version;
  }
  const peers = Object.assign({}, ...WITH_PEERS.map((name) => requiredPeers(`${name}@${version}`)));
  manifest.dependencies = { ...peers, ...dependencies };
  // Medusa 2.0 names ranges of its own packages, which would bring modules of the newest version.
  const own = ownPackages(Object.keys(dependencies), version).filter((name) => !(name in dependencies));
  manifest.overrides = Object.fromEntries(own.map((name) => [name, version]));
  writeFileSync(file, JSON.stringify(manifest, null, 2));
  const shell = process.platform === "win32";
  const options = ["--legacy-peer-deps", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  execFileSync("npm", ["install", ...options], { cwd: folder, shell, stdio: "inherit" });
  symlinkSync(root, join(folder, "node_modules", PACKAGE), "junction");
}

/** Returns the packages of Medusa that exist in this version, and that the named ones need. */
function ownPackages(names, version) {
  const found = new Set();
  const queue = [...names];
  for (const name of queue) {
    if (found.has(name) || !name.startsWith("@medusajs/")) continue;
    const published = view(`${name}@${version}`, "name", "version", "dependencies");
    // Medusa's components for React have their own versions.
    if (published?.version !== version) continue;
    found.add(name);
    queue.push(...Object.keys(published.dependencies ?? {}));
  }
  return [...found];
}

function requiredPeers(name) {
  const peers = view(name, "peerDependencies") ?? {};
  const optional = view(name, "peerDependenciesMeta") ?? {};
  // Medusa's own packages have the shop's version.
  const required = Object.entries(peers).filter(
    ([peer]) => !optional[peer]?.optional && !peer.startsWith("@medusajs/"),
  );
  return Object.fromEntries(required);
}

function view(name, ...members) {
  const output = outputOf("npm", ["view", name, ...members, "--json"]);
  return output ? JSON.parse(output) : undefined;
}
