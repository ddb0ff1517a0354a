// Looks up a publishable key by its token, as Medusa does on every storefront request.

import { contest } from "../measuring/contest.mjs";
import { NAMES, present } from "./views.mjs";

export const name = "publishable";

const filters = (token) => ({ token, type: "publishable" });
// The config that Medusa's middleware passes.
const CONFIG = { select: ["id", "token", "revoked_at"], relations: [], args: {} };

/** Looks up a publishable key with a service. */
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
    isValid: (answer, { id }) => answer.length === 1 && answer[0].id === id,
  });
  const driver = (name, { byToken }) => ({
    ...common,
    name,
    ask: ({ token }) => byToken(token),
    view: (row) => [view(row)],
    isValid: (row, { id }) => row.id === id,
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
