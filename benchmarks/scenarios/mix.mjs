// A shop's mix of calls: 95 % warm `authenticate`, 4 % lookups of a publishable key, 1 % writes.

import { contest } from "../measuring/contest.mjs";
import { lookUp } from "./publishable.mjs";
import { keyView, NAMES, present } from "./views.mjs";

export const name = "mix";

const CALLERS = 64;
const ROUND = 100;

export async function run(context) {
  const { stock, strict, leased, keys } = await context.shop();
  const contender = (name, service, secrets, slow = false) => ({
    ...{ name, service, slow },
    questions: questionsOf(secrets, keys.publishable),
    ask: ({ does, key }) => ACTIONS[does](service, key),
    view: (answer) => (Array.isArray(answer) ? answer : unchanged(keyView(answer))),
    isValid: (answer, { key }) => (Array.isArray(answer) ? answer[0].id : answer.id) === key.id,
  });
  return contest(context, {
    title: `a shop's mix of calls, ${CALLERS} at a time`,
    labels: { scenario: name, keys: context.sizes.table },
    callers: CALLERS,
    contenders: present([
      contender(NAMES.stock, stock, keys.shared, true),
      contender(NAMES.strict, strict, keys.secret),
      contender(NAMES.leased, leased, keys.secret),
    ]),
    alike: questionsOf(keys.shared, keys.publishable).slice(0, ROUND),
  });
}

const ACTIONS = {
  authenticate: (service, { token }) => service.authenticate(token),
  lookUp: (service, { token }) => lookUp(service, token),
  write: (service, { id }) => service.updateApiKeys(id, { title: `Renamed ${Math.random()}` }),
};

// The kinds are spread evenly; renamed keys and looked-up keys do not overlap.
function questionsOf(secrets, publishable) {
  const half = publishable.length >> 1;
  return Array.from({ length: 10 * ROUND }, (_, n) => {
    if (n % ROUND === ROUND / 2) return { does: "write", key: publishable[half + (n % half)] };
    if (n % 25 === 12) return { does: "lookUp", key: publishable[n % half] };
    return { does: "authenticate", key: secrets[n % secrets.length] };
  });
}

// A renamed key has a different title and time in every answer.
const unchanged = (key) => (key.type === "publishable" ? { id: key.id, type: key.type } : key);
