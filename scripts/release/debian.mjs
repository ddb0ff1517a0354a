// Downloads Debian packages and unpacks them into a folder, without installing them and for any architecture.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fail, outputOf } from "../../harness/steps.mjs";
import { TOOLS } from "./tools.mjs";

/** Unpacks packages into a folder. With an architecture other than this machine's, its package lists are fetched first. */
export function unpackedDebs(packages, folder, architecture) {
  mkdirSync(TOOLS, { recursive: true });
  const downloads = mkdtempSync(join(TOOLS, "debs-"));
  try {
    const options = architecture === undefined ? [] : listsOf(architecture);
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

/** Options with which apt sees another architecture, without a change of the system's own lists. */
function listsOf(architecture) {
  const state = join(TOOLS, `apt-${architecture}`);
  const fresh = !existsSync(join(state, "lists"));
  mkdirSync(join(state, "lists", "partial"), { recursive: true });
  mkdirSync(join(state, "cache", "archives", "partial"), { recursive: true });
  writeFileSync(join(state, "status"), "");
  const options = {
    "APT::Architecture": architecture,
    "APT::Architectures": architecture,
    "Dir::State": state,
    "Dir::State::status": join(state, "status"),
    "Dir::Cache": join(state, "cache"),
  };
  const flags = Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  if (fresh) apt(state, [...flags, "update"]);
  return flags;
}

function apt(directory, args) {
  const { status, stderr } = spawnSync("apt-get", ["--quiet", ...args], { cwd: directory, encoding: "utf8" });
  if (status !== 0) fail(`apt-get ${args.slice(-3).join(" ")} failed:\n${stderr}`);
}
