// Verifies tokens of restricted keys, beside the authentication of unrestricted ones, in both modes.

import { createDatabase } from "../../harness/database.mjs";
import { openLeased, openOurs } from "../contenders/ours.mjs";
import { contest } from "../measuring/contest.mjs";
import { keyView, NAMES, present } from "./views.mjs";

export const name = "verify";

const DEMAND = { scopes: ["products:read"], ip: "10.1.2.3", owner_type: "seller" };

export async function run(context) {
  const database = await createDatabase(context.serverUrl, "bench_verify");
  const strict = await openOurs(database.url, { hashing: "sha256" });
  const leased = await openLeased(database.url, { hashing: "sha256" });
  const create = (more) => {
    const data = { title: "Key", type: "secret", created_by: "user_bench" };
    return strict.createApiKeys(Array.from({ length: context.sizes.warm }, (_, n) => ({ ...data, ...more(n) })));
  };
  const unrestricted = await create(() => ({}));
  const restricted = await create((n) => ({
    scopes: ["products:read", "orders:*"],
    owner: { type: "seller", id: `sel_${n % 50}` },
    allowed_ips: ["10.0.0.0/8", "2001:db8::/32"],
  }));
  const shared = { view: keyView, isValid: (answer, key) => answer.id === key.id };
  const authenticate = (name, service) => ({
    ...shared,
    ...{ name, service, questions: unrestricted, ask: (key) => service.authenticate(key.token) },
  });
  const verify = (name, service) => ({
    ...shared,
    ...{ name, service, questions: restricted, ask: async (key) => (await service.verify(key.token, DEMAND)).key },
  });
  const contenders = present([
    authenticate(NAMES.strict, strict),
    verify(NAMES.verifyStrict, strict),
    authenticate(NAMES.leased, leased),
    verify(NAMES.verifyLeased, leased),
  ]);
  const figures = [];
  for (const callers of [1, 64]) {
    const title = `authenticate and verify, ${callers} at a time`;
    figures.push(...(await contest(context, { title, labels: { scenario: name }, callers, contenders })));
  }
  await Promise.all([strict.close(), leased?.close()]);
  await database.drop();
  return figures;
}
