// Downloads Debian packages and unpacks them into a folder, without installing them, for any architecture and from any suite.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fail, outputOf } from "../../harness/steps.mjs";
import { TOOLS } from "./tools.mjs";

/** Has the keys of all suites. */
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** Whether this machine runs Debian. Relatives of it have other packages, and those for other architectures elsewhere. */
export function isDebian() {
  return existsSync("/etc/os-release") && /^ID=debian$/m.test(readFileSync("/etc/os-release", "utf8"));
}

/**
 * Unpacks packages into a folder. For an `architecture` other than this machine's, or a `suite` other than its release, such as "trixie",
 * the package lists are fetched first.
 */
export function unpackedDebs(packages, folder, { architecture, suite } = {}) {
  mkdirSync(TOOLS, { recursive: true });
  const downloads = mkdtempSync(join(TOOLS, "debs-"));
  try {
    const options = architecture === undefined && suite === undefined ? [] : listsOf(architecture, suite);
    apt(downloads, [...options, "download", ...packages]);
    mkdirSync(folder, { recursive: true });
    for (const deb of readdirSync(downloads).filter((name) => name.endsWith(".deb"))) {
      if (outputOf("dpkg-deb", ["--extract", join(downloads, deb), folder]) === null)
        fail(`${deb} cannot be unpacked.`);
    }
  } finally {
    rmSync(downloads, { recursive: true, force: true });
  }
}

/** Options that select another architecture or suite for one command, without a change of the system's own lists. */
function listsOf(architecture, suite) {
  const state = join(TOOLS, ["apt", architecture, suite].filter(Boolean).join("-"));
  const fresh = !existsSync(join(state, "lists"));
  mkdirSync(join(state, "lists", "partial"), { recursive: true });
  mkdirSync(join(state, "cache", "archives", "partial"), { recursive: true });
  writeFileSync(join(state, "status"), "");
  const options = {
    ...(architecture !== undefined && { "APT::Architecture": architecture, "APT::Architectures": architecture }),
    ...(suite !== undefined && sourceOf(suite, state)),
    "Dir::State": state,
    "Dir::State::status": join(state, "status"),
    "Dir::Cache": join(state, "cache"),
  };
  const flags = Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  if (fresh) apt(state, [...flags, "update"]);
  return flags;
}

/** Options that replace the system's sources with a suite of the same archive. */
function sourceOf(suite, state) {
  const targets = outputOf("apt-get", ["indextargets", "--format", "$(LABEL) $(REPO_URI)", "Created-By: Packages"]);
  const [, archive] = /^Debian (\S+)$/m.exec(targets ?? "") ?? [];
  if (archive === undefined) fail("apt knows no archive of Debian.");
  const list = join(state, "sources.list");
  writeFileSync(list, `deb [signed-by=${KEYRING}] ${archive} ${suite} main\n`);
  return { "Dir::Etc::SourceList": list, "Dir::Etc::SourceParts": "-" };
}

function apt(directory, args) {
  const { status, stderr } = spawnSync("apt-get", ["--quiet", ...args], { cwd: directory, encoding: "utf8" });
  if (status !== 0) fail(`apt-get ${args.slice(-3).join(" ")} failed:\n${stderr}`);
}
