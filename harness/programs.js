// Which programs and rights of the machine the tests and `npm run faults` can use.

const { execFileSync, spawnSync } = require("node:child_process");

/** What each needs, and the Debian packages that bring it. */
const PROGRAMS = {
  pgbouncer: { packages: ["pgbouncer"], works: () => runs("pgbouncer", ["--version"]) },
  pgpool: { packages: ["pgpool2"], works: () => runs("pgpool", ["--version"]) },
  network: { packages: ["iproute2", "iptables"], works: canCutNetworks },
};

/** @typedef {keyof typeof PROGRAMS} ProgramName */

/** @type {Map<string, boolean>} */
const known = new Map();

/**
 * Whether a program, or for `network` the right to make network namespaces, is there.
 * @param {ProgramName} name
 * @returns {boolean}
 */
function isInstalled(name) {
  let works = known.get(name);
  if (works === undefined) {
    works = PROGRAMS[name].works();
    known.set(name, works);
  }
  return works;
}

/** The programs that are missing. */
function missingPrograms() {
  return /** @type {ProgramName[]} */ (Object.keys(PROGRAMS)).filter((name) => !isInstalled(name));
}

/** The Debian packages that bring everything. */
function debianPackages() {
  return Object.values(PROGRAMS).flatMap(({ packages }) => packages);
}

/**
 * @param {string} command
 * @param {string[]} args
 */
function runs(command, args) {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

/** Making a namespace is the only sure way to learn whether it is permitted. */
function canCutNetworks() {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  const name = `ak-probe-${process.pid}`;
  if (!runs("ip", ["netns", "add", name])) return false;
  const works = runs("ip", ["netns", "exec", name, "iptables", "-w", "-A", "INPUT", "-p", "tcp", "-j", "DROP"]);
  execFileSync("ip", ["netns", "del", name], { stdio: "ignore" });
  return works;
}

module.exports = { debianPackages, isInstalled, missingPrograms };
