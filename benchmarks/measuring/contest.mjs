// One comparison: the same questions to every contender, the answers compared, and only then the clock.
//
// A contender is `{ name, ask, holds, view, questions, slow }`. `ask(question)` promises an answer, `holds(answer, question)` tells cheaply
// whether it can be right, and `view(answer)` makes of it what all contenders must have in common. `questions` are what it is asked while
// the clock runs. A `slow` one gets fewer calls.

import { deepStrictEqual } from "node:assert";
import { drive } from "./drive.mjs";
import { inRounds } from "./rounds.mjs";

/** Two contenders, or a contender and the truth, do not agree: no figure means anything then. */
export class OutputsDiffer extends Error {}

/**
 * Asks all contenders the questions of `alike` and compares, lets them answer their own questions once, then measures them in rounds.
 * Answers a figure for each: its contender, the labels that the figure is found by, median and rounds.
 */
export async function contest({ sizes, progress }, { title, labels, callers, contenders, alike = [] }) {
  progress.say(`${title} · comparing`);
  for (const question of alike) await compare(title, contenders, question);
  for (const contender of contenders) await warm(contender, callers, title);
  const measured = await inRounds({
    title,
    rounds: sizes.rounds,
    contenders,
    progress,
    measure: (contender) =>
      drive({
        callers,
        forMs: contender.slow ? sizes.slowMs : sizes.fastMs,
        call: (n) => contender.ask(contender.questions[n % contender.questions.length]),
        verify: (answer, n) => insist(contender, answer, contender.questions[n % contender.questions.length], title),
      }),
  });
  return measured.map(({ name, median, rounds }) => ({ ...labels, callers, contender: name, median, rounds }));
}

async function compare(title, contenders, question) {
  const [first, ...others] = contenders;
  const expected = first.view(await first.ask(question));
  for (const other of others) {
    const actual = other.view(await other.ask(question));
    try {
      deepStrictEqual(actual, expected);
    } catch (error) {
      throw new OutputsDiffer(`${title}: ${other.name} (+) does not answer as ${first.name} (-).\n${error.message}`);
    }
  }
}

// A slow contender remembers nothing, so a few questions tell whether it answers.
async function warm(contender, callers, title) {
  const questions = contender.slow ? contender.questions.slice(0, 2) : contender.questions;
  for (let from = 0; from < questions.length; from += callers) {
    const some = questions.slice(from, from + callers);
    const answers = await Promise.all(some.map((question) => contender.ask(question)));
    for (const [n, answer] of answers.entries()) insist(contender, answer, some[n], title);
  }
}

function insist(contender, answer, question, title) {
  if (!contender.holds(answer, question)) throw new OutputsDiffer(`${title}: ${contender.name} gave a wrong answer.`);
}
