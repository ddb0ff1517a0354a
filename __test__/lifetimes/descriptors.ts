// File descriptors of a process, as Linux shows them.

import { readdir, readlink } from "node:fs/promises";

/** How many descriptors of a process refer to files whose path begins with `path`. */
export async function descriptorsOf(pid: number, path: string): Promise<number> {
  const folder = `/proc/${pid}/fd`;
  const names = await readdir(folder);
  // A descriptor may be closed meanwhile.
  const targets = await Promise.all(names.map((name) => readlink(`${folder}/${name}`).catch(() => "")));
  return targets.filter((target) => target.startsWith(path)).length;
}
