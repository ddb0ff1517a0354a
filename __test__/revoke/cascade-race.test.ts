// A cascade beside processes that create keys at full speed: none of what they created survives.

import { fork } from "node:child_process";
import { join } from "node:path";
import { describeOnEachDatabase } from "../support/databases";
import { openService } from "../support/ours";
import { SECRET } from "../support/service";

const ROUNDS = 6;
const PROCESSES = 3;
const CALLERS = 4;
const LONG_AFTER = 15_000;
const LONG = 120_000;

/** Starts a process that mints below a key; `minted` resolves once it has created some keys. */
function startMinter(options: object, root: string, count: number) {
  const argument = JSON.stringify({ options, root, callers: CALLERS });
  const child = fork(join(__dirname, "minter.js"), [argument], { execArgv: [] });
  let enough: () => void;
  const minted = new Promise<void>((resolve) => {
    enough = resolve;
  });
  const stopped = new Promise<string>((resolve) => {
    let last = "still creates keys";
    child.on("message", (message: { created?: number; stopped?: string }) => {
      if ((message.created ?? 0) >= count || message.stopped) enough();
      last = message.stopped ?? last;
    });
    child.on("exit", () => {
      enough();
      resolve(last);
    });
  });
  /** Resolves to the last message, or ends a process that creates keys for long after the cascade. */
  const end = async () => {
    const late = setTimeout(() => child.kill("SIGKILL"), LONG_AFTER);
    return stopped.finally(() => clearTimeout(late));
  };
  return { minted, end };
}

describeOnEachDatabase("A cascade beside processes that create keys", (database) => {
  let created: Awaited<ReturnType<typeof database.create>>;
  let service: ReturnType<typeof openService>;
  const options = () => ({ databaseUrl: created.url, callTimeout: 60_000, hashing: "sha256", lastUsedInterval: false });

  beforeAll(async () => {
    created = await database.create();
    service = openService(created.url, options());
    await service.migrate();
  }, LONG);
  afterAll(async () => {
    await service.close();
    await created.drop();
  });

  it(
    "leaves no descendant alive, in any round (M16)",
    async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const chosen = round % 2 === 0 ? {} : { id: `root-${round}` };
        const { id } = await service.createApiKeys({ ...SECRET, title: `Root ${round}`, ...chosen });
        const other = await service.createApiKeys({ ...SECRET, title: `Other ${round}` });
        const minters = Array.from({ length: PROCESSES }, () => startMinter(options(), id, 5 + round * 5));
        await Promise.all(minters.map(({ minted }) => minted));
        const ended = await service.revoke(id, { revoked_by: "user_1", cascade: true });
        const stopped = await Promise.all(minters.map((minter) => minter.end()));

        const live = await service.listApiKeys({ revoked_at: null }, { take: 10_000, select: ["id"] });
        expect({ live: live.map((key) => key.id), stopped }).toEqual({
          live: [other.id],
          stopped: Array(PROCESSES).fill("every creator has ended"),
        });
        await service.revoke(other.id, { revoked_by: "user_1" });
        expect(ended.length).toBeGreaterThan(0);
      }
    },
    LONG,
  );
});
