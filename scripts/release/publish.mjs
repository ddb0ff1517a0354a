// Publishes packed packages: to npm, or to a local registry, where they are then installed.

import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startRegistry } from "../../harness/registry/registry.mjs";
import { fail, outputOf, root, run } from "../../harness/steps.mjs";
import { missingOwnerFields } from "./owner.mjs";
import { currentVersion } from "./version.mjs";

const CHECK = fileURLToPath(new URL("../install-matrix/projects/plain/check.cjs", import.meta.url));

/** Exits with a message if the checkout is not what may be published. `missing` are the targets without an addon. */
export function refuseUnfinished(missing, { partial }) {
  const version = currentVersion();
  const fields = missingOwnerFields();
  if (fields.length > 0)
    fail(`package.json lacks ${fields.join(", ")}, which only the owner of the package can fill in.`);
  if (missing.length > 0 && !partial) fail(`No addon for ${missing.join(", ")}; --partial publishes without.`);
  if (outputOf("git", ["status", "--porcelain"]) !== "") fail("There are uncommitted changes.");
  if (!outputOf("git", ["tag", "--points-at", "HEAD"])?.split("\n").includes(`v${version}`)) {
    fail(`HEAD has no tag v${version}; "npm run release -- --version ${version}" sets it.`);
  }
  if (!readFileSync(join(root, "CHANGELOG.md"), "utf8").includes(`## [${version}]`)) {
    fail(`CHANGELOG.md has no section for ${version}.`);
  }
}

/**
 * Publishes to npm, with the token in NPM_TOKEN, or without one as npm is logged in or trusts the workflow. The platforms' packages come
 * first: the root names them, and is installed from then on.
 */
export async function publish(packages) {
  const folder = mkdtempSync(join(tmpdir(), "medusa-api-key-native-publish-"));
  // Provenance names the workflow that built a package; npm rejects the option elsewhere.
  const options = ["--access", "public", "--ignore-scripts", ...(process.env.GITHUB_ACTIONS ? ["--provenance"] : [])];
  if (process.env.NPM_TOKEN) {
    const { host, pathname } = new URL(
      outputOf("npm", ["config", "get", "registry"])?.trim() ?? fail("npm has no registry."),
    );
    // npm inserts the variable; the file does not hold the token.
    writeFileSync(join(folder, "npmrc"), `//${host}${pathname}:_authToken=\${NPM_TOKEN}\n`);
    options.push("--userconfig", join(folder, "npmrc"));
  }
  try {
    for (const { tarball } of packages) {
      await run("npm", ["publish", tarball, ...options]);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Publishes to a local registry and uses what npm installs from it in an empty project. */
export async function rehearse(packages) {
  const { name } = packages.at(-1);
  const registry = await startRegistry(name);
  const project = mkdtempSync(join(tmpdir(), "medusa-api-key-native-rehearsal-"));
  try {
    await publishLocally(packages, registry);
    writeFileSync(join(project, "package.json"), "{}");
    cpSync(CHECK, join(project, "check.cjs"));
    const options = ["--no-audit", "--no-fund", "--loglevel=error", "--userconfig", registry.npmrc];
    await run("npm", ["install", name, "--prefix", project, ...options]);
    const { stdout, stderr } = spawnSync(process.execPath, ["check.cjs"], { cwd: project, encoding: "utf8" });
    if (stdout.trim() !== "works") fail(`the installed package does not work:\n${stdout}${stderr}`);
  } finally {
    rmSync(project, { recursive: true, force: true, maxRetries: 3 });
    await registry.stop();
  }
}

/** Publishes packed packages to a local registry. */
export async function publishLocally(packages, registry) {
  for (const { tarball } of packages) {
    await run("npm", ["publish", tarball, "--ignore-scripts", "--userconfig", registry.npmrc, "--loglevel=error"]);
  }
}
