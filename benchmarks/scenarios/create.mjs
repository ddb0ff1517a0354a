// Creates publishable keys, one per call and a hundred per call.

import { contest } from "../measuring/contest.mjs";
import { NAMES } from "./views.mjs";

export const name = "create";

const CREATED_BY = "user_bench_create";
const BATCHES = [1, 100];

export async function run(context) {
  const { stock, strict, database } = await context.shop();
  const figures = [];
  for (const batch of BATCHES) {
    const wanted = Array.from({ length: batch }, (_, n) => ({
      ...{ title: `Created ${n}`, type: "publishable", created_by: CREATED_BY },
    }));
    const contender = (name, service) => ({
      name,
      questions: [wanted],
      ask: (keys) => service.createApiKeys(keys),
      view: (created) => created.map(viewOf),
      isValid: (created) => created.length === batch,
    });
    const title = `createApiKeys, ${batch} publishable per call`;
    const labels = { scenario: name, batch };
    const contenders = [contender(NAMES.stock, stock), contender(NAMES.strict, strict)];
    figures.push(...(await contest(context, { title, labels, callers: 1, contenders, alike: [wanted] })));
    await database.query("DELETE FROM api_key WHERE created_by = $1", [CREATED_BY]);
  }
  await database.query("VACUUM (ANALYZE) api_key");
  return figures;
}

// Ids, tokens and times differ in every answer: their formats are compared.
function viewOf({ id, token, redacted, created_at, updated_at, ...rest }) {
  return {
    ...rest,
    id: /^apk_[0-9A-HJKMNP-TV-Z]{26}$/.test(id),
    token: /^pk_[0-9a-f]{64}$/.test(token),
    redacted: redacted === `${token.slice(0, 6)}***${token.slice(-3)}`,
    times: created_at instanceof Date && updated_at instanceof Date,
  };
}
