// Creates secret keys, many per call: stock and argon2id derive a slow hash for each.

import { openOurs } from "../contenders/ours.mjs";
import { contest } from "../measuring/contest.mjs";
import { NAMES } from "./views.mjs";

export const name = "create-secrets";

const CREATED_BY = "user_bench_create_secrets";

export async function run(context) {
  const { stock, strict, database } = await context.shop();
  const batch = context.sizes.secrets;
  const wanted = Array.from({ length: batch }, (_, n) => ({
    ...{ title: `Created ${n}`, type: "secret", created_by: CREATED_BY },
  }));
  const sha256 = await openOurs(database.url, { hashing: "sha256" });
  const contender = (name, service, slow) => ({
    ...{ name, slow },
    questions: [wanted],
    ask: (keys) => service.createApiKeys(keys),
    view: (created) => created.map(viewOf),
    isValid: (created) => created.length === batch,
  });
  const title = `createApiKeys, ${batch} secrets per call`;
  const contenders = [
    contender(NAMES.stock, stock, true),
    contender(NAMES.strict, strict, true),
    contender(NAMES.sha256, sha256, false),
  ];
  const figures = await contest(context, {
    ...{ title, contenders, callers: 1, alike: [wanted] },
    labels: { scenario: name, batch },
  });
  await sha256.close();
  await database.query("DELETE FROM api_key WHERE created_by = $1", [CREATED_BY]);
  await database.query("VACUUM (ANALYZE) api_key");
  return figures;
}

// Ids, tokens and times differ in every answer: their formats are compared.
function viewOf({ id, token, redacted, created_at, updated_at, salt: _, ...rest }) {
  return {
    ...rest,
    id: /^apk_[0-9A-HJKMNP-TV-Z]{26}$/.test(id),
    token: /^sk_[0-9a-f]{64}$/.test(token),
    redacted: redacted === `${token.slice(0, 6)}***${token.slice(-3)}`,
    times: created_at instanceof Date && updated_at instanceof Date,
  };
}
