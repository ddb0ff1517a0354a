// One comparison: sends the same questions to every contender and compares the answers; only then measures.
//
// A contender is `{ name, ask, isValid, view, questions, slow }`. `ask(question)` resolves to an answer, `isValid(answer, question)` is a
// cheap plausibility check, and `view(answer)` reduces it to what all contenders must have in common. `questions` are asked during the
// measurement. A `slow` contender is warmed up with fewer calls and measured for `sizes.slowMs`.

import { deepStrictEqual } from "node:assert";
import { drive } from "./drive.mjs";
import { inRounds } from "./rounds.mjs";

/** Thrown when two contenders' answers differ or an answer is wrong: the figures are meaningless then. */
export class OutputsDiffer extends Error {}

/**
 * Compares all contenders' answers to the questions in `alike`, warms each up with its own questions, then measures them in rounds.
 * Returns a figure for each: its contender, the labels to find it by, the median and the rounds.
 */
export async function contest({ sizes, progress }, { title, labels, callers, contenders, alike = [] }) {
  progress.show(`${title} · comparing`);
  for (const question of alike) await compareAnswers(title, contenders, question);
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
        verify: (answer, n) =>
          assertValid(contender, answer, contender.questions[n % contender.questions.length], title),
      }),
  });
  return measured.map(({ name, median, rounds }) => ({ ...labels, callers, contender: name, median, rounds }));
}

/** Asks all contenders the same question; throws if their answers differ. */
export async function compareAnswers(title, contenders, question) {
  const [first, ...others] = contenders;
  const expected = first.view(await first.ask(question));
  for (const other of others) {
    const actual = other.view(await other.ask(question));
    try {
      deepStrictEqual(actual, expected);
    } catch (error) {
      throw new OutputsDiffer(
        `${title}: ${other.name} (+) answers differently from ${first.name} (-).\n${error.message}`,
      );
    }
  }
}

// A slow contender has no cache to fill, so two questions suffice to check its answers.
async function warm(contender, callers, title) {
  const questions = contender.slow ? contender.questions.slice(0, 2) : contender.questions;
  for (let from = 0; from < questions.length; from += callers) {
    const some = questions.slice(from, from + callers);
    const answers = await Promise.all(some.map((question) => contender.ask(question)));
    for (const [n, answer] of answers.entries()) assertValid(contender, answer, some[n], title);
  }
}

function assertValid(contender, answer, question, title) {
  if (!contender.isValid(answer, question)) throw new OutputsDiffer(`${title}: ${contender.name} gave a wrong answer.`);
}
