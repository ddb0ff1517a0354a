// Detects the programs and rights of the machine that the tests and `npm run faults` can use. Run as a script, it fails if
// TEST_SURROUNDINGS=all and one is missing.

const { spawnSync } = require("node:child_process");
const { mkdtempSync, rmdirSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");

/** How each is detected, the Debian packages that contain it, and the suites in __test__ that need it. */
const PROGRAMS = {
  pgbouncer: {
    works: () => runs("pgbouncer", ["--version"]),
    packages: ["pgbouncer"],
    suites: [
      "surroundings/pgbouncer.test.ts",
      "surroundings/pgbouncer-fleet.test.ts",
      "surroundings/shared-sessions.test.ts",
    ],
    reason: "PgBouncer is not installed",
  },
  pgpool: {
    works: () => runs("pgpool", ["--version"]),
    packages: ["pgpool2"],
    suites: ["surroundings/pgpool.test.ts"],
    reason: "pgpool-II is not installed",
  },
  network: {
    works: canCutNetworks,
    packages: ["iproute2", "iptables"],
    suites: ["surroundings/cut-network.test.ts"],
    reason: "network namespaces and iptables need Linux and root",
  },
  mount: {
    works: canMount,
    packages: ["mount"],
    suites: ["sqlite/full-disk.test.ts"],
    reason: "a disk of its own needs Linux and root",
  },
  terminal: {
    // Other systems have another `script`, with other options.
    works: () => process.platform === "linux" && prints("script", ["--version"], /util-linux/),
    packages: ["bsdutils"],
    suites: ["cli/terminal.test.ts"],
    reason: "a pseudo-terminal needs `script` of util-linux",
  },
  python: {
    works: () => hasGlibc() && runs("python3", ["-c", "import venv, ensurepip"]) && runs("nm", ["--version"]),
    packages: ["python3-venv", "binutils"],
    suites: ["release/addon.test.ts"],
    reason: "the tools of a release need Python 3 with venv, and nm is needed; on Linux with glibc",
  },
};

/** @typedef {keyof typeof PROGRAMS} ProgramName */

/** @type {Map<string, boolean>} */
const cache = new Map();

/**
 * Returns whether a program, or the right to create network namespaces or to mount a disk, is available.
 * @param {ProgramName} name
 * @returns {boolean}
 */
function isInstalled(name) {
  let works = cache.get(name);
  if (works === undefined) {
    works = PROGRAMS[name].works();
    cache.set(name, works);
  }
  return works;
}

/**
 * Returns the suites in __test__ that cannot run here, with the reason. Throws if TEST_SURROUNDINGS=all and there are any.
 * @returns {{ suite: string, reason: string }[]}
 */
function skippedSuites() {
  const names = /** @type {ProgramName[]} */ (Object.keys(PROGRAMS));
  const missing = names.filter((name) => !isInstalled(name)).map((name) => PROGRAMS[name]);
  if (missing.length > 0 && process.env.TEST_SURROUNDINGS === "all") {
    const packages = missing.flatMap(({ packages }) => packages).join(" ");
    throw new Error(
      `TEST_SURROUNDINGS=all: ${missing.map(({ reason }) => reason).join("; ")}. On Debian: apt-get install ${packages}`,
    );
  }
  return missing.flatMap(({ suites, reason }) => suites.map((suite) => ({ suite, reason })));
}

/**
 * @param {string} command
 * @param {string[]} args
 */
function runs(command, args) {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {RegExp} expected
 */
function prints(command, args, expected) {
  const { status, stdout } = spawnSync(command, args, { encoding: "utf8" });
  return status === 0 && expected.test(stdout);
}

function hasGlibc() {
  const { header } = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (process.report.getReport());
  return header.glibcVersionRuntime !== undefined;
}

/** Creates a namespace, which is the only reliable way to find out whether it is permitted. */
function canCutNetworks() {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  const name = `ak-probe-${process.pid}`;
  if (!runs("ip", ["netns", "add", name])) return false;
  const works = runs("ip", ["netns", "exec", name, "iptables", "-w", "-A", "INPUT", "-p", "tcp", "-j", "DROP"]);
  runs("ip", ["netns", "del", name]);
  return works;
}

/** Mounts a small disk, which is the only reliable way to find out whether it is permitted. */
function canMount() {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  const folder = mkdtempSync(join(tmpdir(), "medusa-api-key-native-probe-"));
  const works = runs("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]);
  if (works) runs("umount", [folder]);
  rmdirSync(folder);
  return works;
}

if (require.main === module) skippedSuites();

module.exports = { isInstalled, skippedSuites };
