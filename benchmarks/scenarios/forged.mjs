// Tokens that nobody was given: random ones, and ones that copy what a key's redacted form shows.

import { randomBytes } from "node:crypto";
import { contest } from "../measuring/contest.mjs";
import { NAMES } from "./views.mjs";

export const name = "forged";

/** The contender's name for tokens of a kind. */
export const asked = (who, kind) => `${who}: ${kind}`;

export async function run(context) {
  const { stock, strict, keys } = await context.shop();
  const random = keys.secret.map(() => `sk_${randomBytes(32).toString("hex")}`);
  const forgedOf = (some) => some.map(({ token }) => `${token.slice(0, 6)}${random[0].slice(6, -3)}${token.slice(-3)}`);
  const contender = (who, service, kind, questions, slow = false) => ({
    ...{ name: asked(who, kind), questions, slow },
    ask: (token) => service.authenticate(token),
    view: (answer) => answer,
    holds: (answer) => answer === false,
  });
  return contest(context, {
    title: "refused tokens, one at a time",
    labels: { scenario: name, keys: context.sizes.table },
    callers: 1,
    contenders: [
      contender(NAMES.stock, stock, "forged", forgedOf(keys.shared), true),
      contender(NAMES.stock, stock, "random", random),
      contender(NAMES.strict, strict, "forged", forgedOf(keys.secret)),
      contender(NAMES.strict, strict, "random", random),
    ],
    alike: [...forgedOf(keys.shared).slice(0, 8), ...random.slice(0, 8)],
  });
}
