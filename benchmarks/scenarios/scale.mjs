// Authenticates on tables of very different sizes.

import { createDatabase } from "../../harness/database.mjs";
import { openOurs } from "../contenders/ours.mjs";
import { openSelects } from "../contenders/select.mjs";
import { fillTable } from "../databases/keys.mjs";
import { contest } from "../measuring/contest.mjs";
import { keyView, NAMES } from "./views.mjs";

export const name = "scale";

export async function run(context) {
  const tables = [];
  for (const size of context.sizes.scale) tables.push(await openTable(context, size));
  const figures = [];
  for (const callers of [1, 64]) {
    const contenders = tables.flatMap((table) => table.contenders);
    const title = `authenticate, warm, ${tables.map(({ size }) => size).join(", ")} keys, ${callers} at a time`;
    const measured = await contest(context, { title, labels: { scenario: name }, callers, contenders });
    // `measured` has the order of `contenders`.
    figures.push(...measured.map((figure, n) => ({ ...figure, ...contenders[n].labels })));
  }
  for (const { close } of tables) await close();
  return figures;
}

async function openTable({ serverUrl, sizes, progress }, size) {
  const title = `creating ${size} keys`;
  progress.show(title);
  const database = await createDatabase(serverUrl, `bench_scale_${size}`);
  const known = Math.min(sizes.warm, size);
  const keys = await fillTable(database, size, known, (percent) => progress.show(`${title} · ${percent} %`));
  const service = await openOurs(database.url);
  const selects = await openSelects(database.url);
  const contender = (name, ask) => ({
    name: `${name}, ${size} keys`,
    labels: { contender: name, keys: size },
    questions: keys,
    ask,
    view: keyView,
    isValid: (answer, key) => answer.id === key.id,
  });
  return {
    size,
    contenders: [
      contender(NAMES.strict, (key) => service.authenticate(key.token)),
      contender(NAMES.pool, (key) => selects.pool.byDigest(key.digest)),
    ],
    close: async () => {
      await Promise.all([service.close(), selects.close()]);
      await database.drop();
    },
  };
}
