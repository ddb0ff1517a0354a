// Measures a new service from its constructor to its first answer, on a table that is up to date, compared with a new connection of `pg`
// and its first SELECT. The process has loaded and run the code before; closing is not measured.

import { constructOurs } from "../contenders/ours.mjs";
import { openConnection } from "../contenders/select.mjs";
import { createKeys } from "../databases/keys.mjs";
import { compareAnswers, OutputsDiffer } from "../measuring/contest.mjs";
import { median, percentile } from "../measuring/median.mjs";
import { inRounds } from "../measuring/rounds.mjs";
import { lookUp } from "./publishable.mjs";
import { keyView, NAMES } from "./views.mjs";

export const name = "first-answer";

const SHA256 = { hashing: "sha256" };

export async function run(context) {
  const { database, keys } = await context.shop();
  const { url } = database;
  const [fast] = await createKeys(url, "secret", 1, SHA256);
  const [slow] = await createKeys(url, "secret", 1);
  const [published] = keys.publishable;
  const service = (name, key, ask, view, options) => ({
    ...{ name, key, ask, view },
    open: async () => constructOurs(url, options),
  });
  const driver = (key, ask, view) => ({ name: NAMES.connect, key, ask, view, open: () => openConnection(url) });
  const authenticate = (service, { token }) => service.authenticate(token);
  const calls = {
    authenticate: [
      driver(fast, (connection, { digest }) => connection.byDigest(digest), keyView),
      service(NAMES.sha256, fast, authenticate, keyView, SHA256),
      // Its first answer contains a derivation of argon2id.
      service(NAMES.strict, slow, authenticate, keyView),
    ],
    listApiKeys: [
      driver(published, (connection, { token }) => connection.byToken(token), publishedView),
      service(
        NAMES.strict,
        published,
        (service, { token }) => lookUp(service, token),
        ([key]) => publishedView(key),
      ),
    ],
  };
  const figures = [];
  for (const [call, contenders] of Object.entries(calls))
    figures.push(...(await firstAnswers(context, call, contenders)));
  await database.query("DELETE FROM api_key WHERE id = ANY($1)", [[fast.id, slow.id]]);
  return figures;
}

const publishedView = ({ id, token, revoked_at }) => ({ id, token, revoked_at });

async function firstAnswers({ sizes, progress }, call, contenders) {
  const title = `the first answer of ${call}`;
  progress.show(`${title} · comparing`);
  const { key } = contenders[0];
  const alike = contenders.filter((contender) => contender.key === key);
  await compareAnswers(
    title,
    alike.map(({ name, view, ...rest }) => ({ name, view, ask: () => answerOf(rest) })),
    key,
  );
  const measured = await inRounds({
    ...{ title, contenders, progress },
    rounds: sizes.rounds,
    measure: async (contender) => {
      const times = [];
      for (let n = 0; n < sizes.openings; n++) times.push(await firstTime(contender));
      return { firstP50Us: median(times) * 1_000, firstP99Us: percentile(times, 0.99) * 1_000 };
    },
  });
  return measured.map(({ name: contender, median, rounds }) => ({ scenario: name, call, contender, median, rounds }));
}

async function answerOf({ open, ask, key }) {
  const opened = await open();
  const answer = await ask(opened, key);
  await opened.close();
  return answer;
}

/** The milliseconds until the first answer. */
async function firstTime({ name: contender, open, ask, view, key }) {
  const begun = performance.now();
  const opened = await open();
  const answer = await ask(opened, key);
  const elapsedMs = performance.now() - begun;
  await opened.close();
  if (view(answer).id !== key.id) throw new OutputsDiffer(`${name}: ${contender} gave a wrong answer.`);
  return elapsedMs;
}
