// Lists a page of one owner's keys among many.

import { createDatabase } from "../../harness/database.mjs";
import { openOurs } from "../contenders/ours.mjs";
import { contest } from "../measuring/contest.mjs";

export const name = "owner-page";

const PAGE = 20;
const KEYS_OF_OWNER = 50;

// Every second key has an owner.
const FILL = `INSERT INTO api_key (id, token, salt, redacted, title, type, created_by, attributes)
  SELECT 'apk_' || lpad(n::text, 26, '0'), 'x' || n, '', 'sk_', 'Key', 'secret', 'user_bench',
    CASE WHEN n % 2 = 1 THEN '{"owner":{"type":"seller","id":"' || n % $2 || '"}}' END
  FROM generate_series(1, $1::int) AS n`;

export async function run(context) {
  const tables = [];
  for (const size of context.sizes.scale) {
    context.progress.show(`creating ${size} keys with owners`);
    const database = await createDatabase(context.serverUrl, `bench_owners_${size}`);
    const service = await openOurs(database.url);
    // An odd number, so that each owner has odd keys only every second time round.
    const owners = Math.max(1, Math.round(size / KEYS_OF_OWNER / 2)) * 2 + 1;
    await database.query(FILL, [size, owners]);
    await database.query("VACUUM (ANALYZE) api_key");
    tables.push({ size, database, service, owners });
  }
  const contenders = tables.map(({ size, service, owners }) => ({
    name: `an owner's page, ${size} keys`,
    labels: { keys: size },
    questions: Array.from({ length: Math.min(owners, 100) }, (_, n) => String(n)),
    ask: (id) => service.listApiKeys({ owner: { type: "seller", id } }, { take: PAGE }),
    view: (page) => page.map((key) => key.owner),
    isValid: (page, id) => page.length > 0 && page.length <= PAGE && page.every((key) => key.owner.id === id),
  }));
  const title = `a page of one owner's keys among ${context.sizes.scale.join(", ")}`;
  const figures = await contest(context, { title, labels: { scenario: name }, callers: 1, contenders });
  for (const { service, database } of tables) {
    await service.close();
    await database.drop();
  }
  return figures.map((figure, n) => ({ ...figure, ...contenders[n].labels }));
}
