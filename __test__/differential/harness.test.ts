// That a difference is found, made small and can be played again.

import { type Implementation, STARTERS } from "../support/implementations";
import type { ApiKey, Service } from "../support/service";
import { CHEAP } from "./hashes";
import type { Pair } from "./plan";
import { runHistories } from "./run";

describe("A run of histories", () => {
  let left: Implementation;
  let right: Implementation;

  beforeAll(async () => {
    [left, right] = await Promise.all([STARTERS.postgres(CHEAP), STARTERS.postgres(CHEAP)]);
  });
  afterAll(() => Promise.all([left?.stop(), right?.stop()]));

  /** Two sides of which the right has something wrong with one method. */
  const spoilt = (method: keyof Service, spoil: (answer: never) => unknown): Pair => {
    const call = right.service[method] as (...args: unknown[]) => Promise<never>;
    const service = Object.create(right.service, {
      [method]: { value: async (...args: unknown[]) => spoil(await call.apply(right.service, args)) },
    });
    return { left, right: { ...right, service }, deviations: [], frozen: true };
  };

  it.each<[string, keyof Service, (answer: never) => unknown, number]>([
    ["a wrong order", "listApiKeys", (keys: ApiKey[]) => [...keys].reverse(), 3],
    ["an absent key instead of one that is undefined", "createApiKeys", withoutUndefined, 1],
    ["a key in another place", "retrieveApiKey", ({ id, ...key }: ApiKey) => ({ ...key, id }), 2],
    ["a string instead of a Date", "retrieveApiKey", (key: ApiKey) => ({ ...key, created_at: `${key.created_at}` }), 2],
  ])(
    "finds %s and shrinks the history to a few calls",
    async (_, method, spoil, most) => {
      const pair = spoilt(method, spoil);
      const run = (settings: object) =>
        runHistories("stock", pair, { histories: 200, seed: 1, ...settings }).catch(({ message }: Error) => message);
      const found = await run({});

      const [, path] = /--seed 1 --path ([\d:]+)$/.exec(`${found}`) ?? [];
      expect(`${found}`.match(/^20\d\d-/gm)?.length).toBeLessThanOrEqual(most);
      expect(difference(await run({ path }))).toBe(difference(found));
    },
    120_000,
  );

  it("finds a stored difference that no result shows", async () => {
    const pair = spoilt("retrieveApiKey", async (key) => {
      await right.sql("UPDATE api_key SET title = 'touched'");
      return key;
    });

    await expect(runHistories("stock", pair, { histories: 50, seed: 1 })).rejects.toThrow(/touched/);
  }, 120_000);
});

function withoutUndefined(answer: object): unknown {
  if (Array.isArray(answer)) return answer.map(withoutUndefined);
  return Object.fromEntries(Object.entries(answer).filter(([, value]) => value !== undefined));
}

const difference = (message: unknown) => `${message}`.split("\nfound after")[0]?.trim();
