// Authenticates tokens that do not exist: random ones, and forged ones that match a key's redacted form.

import { randomBytes } from "node:crypto";
import { contest } from "../measuring/contest.mjs";
import { NAMES } from "./views.mjs";

export const name = "forged";

/** Returns the contender's name for a kind of tokens. */
export const contenderName = (who, kind) => `${who}: ${kind}`;

export async function run(context) {
  const { stock, strict, keys } = await context.shop();
  const random = keys.secret.map(() => `sk_${randomBytes(32).toString("hex")}`);
  const forgedOf = (some) => some.map(({ token }) => `${token.slice(0, 6)}${random[0].slice(6, -3)}${token.slice(-3)}`);
  const contender = (who, service, kind, questions, slow = false) => ({
    ...{ name: contenderName(who, kind), questions, slow },
    ask: (token) => service.authenticate(token),
    view: (answer) => answer,
    isValid: (answer) => answer === false,
  });
  return contest(context, {
    title: "rejected tokens, one at a time",
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
