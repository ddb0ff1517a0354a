// What a user would choose instead of a key: JSON Web Tokens, which prove claims and cannot be revoked, and Better Auth's way, which reads a
// row of its own table. All of them answer whose token it is; that is what is compared, for valid and for forged tokens.

import { openBetterAuth } from "../contenders/better-auth.mjs";
import { openJwt } from "../contenders/jwt.mjs";
import { contest } from "../measuring/contest.mjs";
import { NAMES, present } from "./views.mjs";

export const name = "alternatives";

const COMPARED = 16;

export async function run(context) {
  const shop = await context.shop();
  const jwt = openJwt(2 * shop.keys.secret.length);
  const keys = shop.keys.secret.map((key) => ({ ...key, ...jwt.issue(key.id) }));
  const betterAuth = await openBetterAuth(shop.database, keys, context.sizes.table);
  const some = keys.slice(0, COMPARED);
  const figures = [];
  for (const callers of [1, 64]) {
    figures.push(
      ...(await contest(context, {
        title: `instead of a key, ${callers} at a time`,
        labels: { scenario: name, keys: context.sizes.table },
        callers,
        contenders: contendersOf(shop, jwt.verify, betterAuth, keys),
        alike: [...some, ...some.map(forged)],
      })),
    );
  }
  await betterAuth.close();
  return figures;
}

function contendersOf({ strict, leased }, verify, betterAuth, questions) {
  const contender = (name, ask, idOf) => ({
    ...{ name, questions, ask },
    view: (answer) => answer && idOf(answer),
    isValid: (answer, key) => answer !== false && idOf(answer) === key.id,
  });
  const row = (name, ask) => contender(name, ({ token }) => ask(token), ROW_ID);
  const service = (name, service) => ({ ...row(name, (token) => service.authenticate(token)), service });
  const claims = (name, kind, verify) => contender(name, (key) => verify(key[kind]), SUBJECT);
  return present([
    service(NAMES.strict, strict),
    service(NAMES.leased, leased),
    claims(NAMES.jwtCached, "hs256", verify.hs256Cached),
    claims(NAMES.jwt, "hs256", verify.hs256),
    claims(NAMES.eddsaCached, "eddsa", verify.eddsaCached),
    claims(NAMES.eddsa, "eddsa", verify.eddsa),
    claims(NAMES.jsonwebtoken, "hs256", verify.jsonwebtoken),
    row(NAMES.betterAuthRead, betterAuth.read),
    row(NAMES.betterAuth, betterAuth.readAndCount),
  ]);
}

const ROW_ID = ({ id }) => id;
const SUBJECT = ({ sub }) => sub;

/** The same key with tokens of which one character in the middle of the random part, or of the signature, is another. */
function forged({ id, token, hs256, eddsa }) {
  return { id, token: changed(token), hs256: changed(hs256), eddsa: changed(eddsa) };
}

function changed(token) {
  const at = token.length - 20;
  return token.slice(0, at) + (token[at] === "0" ? "1" : "0") + token.slice(at + 1);
}
