// Authenticates tokens that were verified before, as on every request with a secret key.

import { contest } from "../measuring/contest.mjs";
import { keyView, NAMES, present } from "./views.mjs";

export const name = "authenticate";

export async function run(context) {
  const shop = await context.shop();
  const figures = [];
  for (const callers of context.sizes.callers) {
    figures.push(
      ...(await contest(context, {
        title: `authenticate, warm, ${callers} at a time`,
        labels: { scenario: name, keys: context.sizes.table },
        callers,
        contenders: contendersOf(shop),
        alike: shop.keys.shared,
      })),
    );
  }
  return figures;
}

/** Returns all contenders that find the key of a token. The drivers receive the token's digest precomputed and verify nothing. */
function contendersOf({ stock, strict, leased, selects, keys }) {
  const common = { view: keyView, isValid: (answer, key) => answer.id === key.id };
  const service = (name, service, questions, slow = false) => ({
    ...common,
    ...{ name, service, questions, slow },
    ask: (key) => service.authenticate(key.token),
  });
  const driver = (name, { byDigest }) => ({
    ...common,
    ...{ name, questions: keys.secret },
    ask: (key) => byDigest(key.digest),
  });
  return present([
    service(NAMES.stock, stock, keys.shared, true),
    service(NAMES.strict, strict, keys.secret),
    service(NAMES.leased, leased, keys.secret),
    driver(NAMES.client, selects.client),
    driver(NAMES.pool, selects.pool),
  ]);
}
