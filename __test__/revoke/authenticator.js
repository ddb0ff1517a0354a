// A process that authenticates one token after another, as its parent says, in a loop that never pauses. It notes when the
// last success of each began, on the clock that all processes of a machine share.

const { ApiKeyModuleService } = require("../..");

const service = new ApiKeyModuleService(JSON.parse(process.argv[2]));
let round = 0;

process.on("message", ({ token }) => void race(++round, token));
process.on("disconnect", () => void service.close());

async function race(number, token) {
  let lastStart = null;
  let warned = false;
  let before = (await service.status()).memory.hits;
  for (;;) {
    const start = process.hrtime.bigint();
    let key;
    try {
      key = await service.authenticate(token);
    } catch (error) {
      process.send({ round: number, error: error.message });
      return;
    }
    if (key === false) break;
    lastStart = start;
    if (!warned && (await isWarm())) {
      warned = true;
      process.send({ round: number, warm: true });
    }
    // Answers from memory resolve without the event loop, which has to hear the parent all the same.
    await new Promise(setImmediate);
  }
  process.send({ round: number, lastStart: lastStart === null ? null : String(lastStart) });

  /** Whether the next answer would come from where most come from. */
  async function isWarm() {
    const { answers, memory } = await service.status();
    const hit = memory.hits > before;
    before = memory.hits;
    return answers === "strict" || hit;
  }
}
