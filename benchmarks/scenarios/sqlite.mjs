// Authenticates on an SQLite file, compared with a prepared `get` of a driver that runs on the JavaScript thread.

import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openOurs } from "../contenders/ours.mjs";
import { openGet } from "../contenders/select.mjs";
import { CHEAP, createKeys } from "../databases/keys.mjs";
import { contest } from "../measuring/contest.mjs";
import { keyView, NAMES } from "./views.mjs";

export const name = "sqlite";

export async function run(context) {
  const directory = await mkdtemp(join(tmpdir(), "medusa-api-key-native-bench-"));
  const [file, copy] = ["ours.db", "copy.db"].map((base) => join(directory, base));
  const keys = await createKeys(`sqlite:${file}`, "secret", context.sizes.warm, CHEAP);
  // Each has its own file: two copies of SQLite in one process cancel each other's locks.
  await copyFile(file, copy);
  const service = await openOurs(`sqlite:${file}`);
  const get = openGet(copy);
  const common = { view: keyView, questions: keys, isValid: (answer, key) => answer.id === key.id };
  const contenders = [
    { ...common, name: NAMES.strict, ask: (key) => service.authenticate(key.token) },
    { ...common, name: NAMES.get, ask: (key) => get.byDigest(key.digest) },
  ];
  const figures = [];
  for (const callers of [1, 64]) {
    const title = `authenticate, warm, on an SQLite file, ${callers} at a time`;
    const labels = { scenario: name, keys: keys.length };
    figures.push(...(await contest(context, { title, labels, callers, contenders, alike: keys.slice(0, 16) })));
  }
  get.close();
  await service.close();
  await rm(directory, { recursive: true });
  return figures;
}
