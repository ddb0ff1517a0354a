// Which programs and rights of the machine the tests and `npm run faults` can use. Run by itself it fails where
// TEST_SURROUNDINGS=all and something is missing.

const { spawnSync } = require("node:child_process");

/** How each is found, the Debian packages that bring it, and what needs it of __test__/surroundings. */
const PROGRAMS = {
  pgbouncer: {
    works: () => runs("pgbouncer", ["--version"]),
    packages: ["pgbouncer"],
    suite: "pgbouncer.test.ts",
    lacks: "PgBouncer is not installed",
  },
  pgpool: {
    works: () => runs("pgpool", ["--version"]),
    packages: ["pgpool2"],
    suite: "pgpool.test.ts",
    lacks: "pgpool-II is not installed",
  },
  network: {
    works: canCutNetworks,
    packages: ["iproute2", "iptables"],
    suite: "cut-network.test.ts",
    lacks: "network namespaces and iptables need Linux and root",
  },
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

/**
 * The suites of __test__/surroundings that cannot run here, and why. With TEST_SURROUNDINGS=all that is a failure.
 * @returns {{ suite: string, lacks: string }[]}
 */
function suitesLeftOut() {
  const names = /** @type {ProgramName[]} */ (Object.keys(PROGRAMS));
  const missing = names.filter((name) => !isInstalled(name)).map((name) => PROGRAMS[name]);
  if (missing.length > 0 && process.env.TEST_SURROUNDINGS === "all") {
    const packages = missing.flatMap(({ packages }) => packages).join(" ");
    throw new Error(
      `TEST_SURROUNDINGS=all: ${missing.map(({ lacks }) => lacks).join("; ")}. On Debian: apt-get install ${packages}`,
    );
  }
  return missing.map(({ suite, lacks }) => ({ suite, lacks }));
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
  runs("ip", ["netns", "del", name]);
  return works;
}

if (require.main === module) suitesLeftOut();

module.exports = { isInstalled, suitesLeftOut };
