// What one copy of the package leaves to others: a file after its last service and thread, and all other files.

import { REFUSAL, useCopies } from "./copies-program";

describe("[sqlite] Two copies of the package in one process", () => {
  const { run } = useCopies();

  it("recognize a file that a thread uses, until the thread ends", async () => {
    const result = await run(`
      const one = first();
      await one.listApiKeys();
      const refusedThread = await inThread(1);
      await refusedThread.end();
      await one.close();
      const accepted = await inThread(1);
      const refused = await failureOf(first().listApiKeys());
      await accepted.end();
      const late = first();
      await untilAccepted(() => late.listApiKeys());
      await late.close();
      report({ refusedThread: refusedThread.failure, accepted: accepted.failure ?? null, refused });
    `);

    expect(result).toEqual({ refusedThread: REFUSAL, accepted: null, refused: REFUSAL });
  });

  it("free a file by a service that was collected without close()", async () => {
    const result = await run(
      `
        const refused = await (async () => {
          await first().listApiKeys();
          return failureOf(second().listApiKeys());
        })();
        const other = second();
        await untilAccepted(() => { gc(); return other.listApiKeys(); });
        await other.close();
        report(refused);
      `,
      "--expose-gc",
    );

    expect(result).toEqual(REFUSAL);
  });

  it("open one file each, and databases in memory", async () => {
    const result = await run(`
      const services = [first(), second("sqlite:" + path + ".other"), first("sqlite::memory:"), second("sqlite::memory:")];
      const counts = [];
      for (const service of services) {
        await service.createApiKeys(key("apk_1"));
        counts.push((await service.listApiKeys()).length);
      }
      await Promise.all(services.map((service) => service.close()));
      report(counts);
    `);

    expect(result).toEqual([1, 1, 1, 1]);
  });

  it("let several services and threads of one copy use one file", async () => {
    const result = await run(`
      const { basename } = require("node:path");
      fs.mkdirSync(path + ".folder");
      const services = [first(), first("sqlite:" + path + ".folder/../" + basename(path))];
      await Promise.all(services.map((service, index) => service.createApiKeys(key("apk_" + index))));
      const threads = await Promise.all([inThread(0), inThread(0)]);
      await services[0].close();
      const refused = await failureOf(second().listApiKeys());
      await Promise.all(threads.map((thread) => thread.end()));
      const count = (await services[1].listApiKeys()).length;
      await services[1].close();
      report({ threads: threads.map(({ failure }) => failure ?? null), refused, count });
    `);

    expect(result).toEqual({ threads: [null, null], refused: REFUSAL, count: 4 });
  });
});
