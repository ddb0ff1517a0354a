// The read that Medusa does on every request of a storefront: which publishable key is this, and is it revoked?

import { contest } from "../measuring/contest.mjs";
import { NAMES, present } from "./views.mjs";

export const name = "publishable";

const filters = (token) => ({ token, type: "publishable" });
// Medusa's middleware asks so.
const CONFIG = { select: ["id", "token", "revoked_at"], relations: [], args: {} };

/** What that read is for a service. */
export const lookUp = (service, token) => service.listApiKeys(filters(token), { ...CONFIG });

export async function run(context) {
  const { stock, strict, leased, selects, keys } = await context.shop();
  const common = { questions: keys.publishable };
  const view = ({ id, token, revoked_at }) => ({ id, token, revoked_at });
  const service = (name, service) => ({
    ...common,
    ...{ name, service },
    ask: ({ token }) => lookUp(service, token),
    view: (answer) => answer.map(view),
    holds: (answer, { id }) => answer.length === 1 && answer[0].id === id,
  });
  const driver = (name, { byToken }) => ({
    ...common,
    name,
    ask: ({ token }) => byToken(token),
    view: (row) => [view(row)],
    holds: (row, { id }) => row.id === id,
  });
  const contenders = present([
    service(NAMES.stock, stock),
    service(NAMES.strict, strict),
    service(NAMES.leased, leased),
    driver(NAMES.client, selects.client),
    driver(NAMES.pool, selects.pool),
  ]);
  const figures = [];
  for (const callers of [1, 64]) {
    const title = `publishable key by its token, ${callers} at a time`;
    const labels = { scenario: name, keys: context.sizes.table };
    figures.push(
      ...(await contest(context, { title, labels, callers, contenders, alike: keys.publishable.slice(0, 16) })),
    );
  }
  return figures;
}
