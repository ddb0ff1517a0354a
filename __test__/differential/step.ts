// One call on two sides.

import type { Entropy } from "./entropy";
import type { Call } from "./operation";
import { type Deviation, type Pair, refuses, type World } from "./plan";
import { show } from "./show";
import { type Outcome, observe } from "./side";
import { count, type Tally } from "./tally";

/** A difference between what the left calls for and what the right came to. */
export class Difference extends Error {
  constructor(left: string, right: Outcome) {
    super(`left:  ${left}\nright: ${write(right)}`);
  }
}

/** One call of a history. */
export class Step {
  constructor(
    private readonly pair: Pair,
    private readonly call: Call,
    private readonly world: World,
    private readonly entropy: Entropy,
    private readonly tally: Tally,
  ) {}

  /** What the right came to; null where neither side could be called. */
  async take(): Promise<Outcome | null> {
    const met: Deviation[] = [];
    for (const deviation of this.pair.deviations) {
      if (await deviation.applies(this.call, this.world)) met.push(deviation);
    }
    const decisive = met.find(({ leftOut, decides }) => leftOut || decides);
    if (decisive) count(this.tally.met, decisive.name);
    if (decisive?.leftOut) return null;
    count(this.tally.compared, this.call.method);
    return decisive ? this.byDecision(decisive, met) : this.byComparison(met);
  }

  private async byDecision(decisive: Deviation, met: Deviation[]): Promise<Outcome> {
    const { name } = decisive;
    const decision = await decisive.decides?.(this.call, this.world);
    if (decision === undefined) throw new Error(`${name} decides nothing.`);
    const left = decisive.leftRefuses?.(this.call) ? await this.onLeft(met) : null;
    const right = await this.onRight();
    if (left && !left.error) throw new Difference(`should refuse too (${name}): ${write(left)}`, right);
    const asDecided = "type" in decision ? refuses(right, decision) : show(right.answer) === show(decision.answer);
    if (!asDecided) throw new Difference(`${name} wants ${show(decision)}`, right);
    const written = show(right.table) !== show(this.world.before) || right.told.length > 0;
    if (written) throw new Difference(`${name} wants nothing written`, right);
    if (right.error) this.tally.refused += 1;
    return right;
  }

  private async byComparison(met: Deviation[]): Promise<Outcome> {
    const left = await this.onLeft(met);
    const right = await this.onRight();
    const expected = met.reduce((outcome, { name, ask, expected: translate }) => {
      const translated = translate?.(outcome, this.call) ?? outcome;
      if (ask || show(translated) !== show(outcome)) count(this.tally.met, name);
      return translated;
    }, left);
    const came = met.reduce((outcome, { came }) => came?.(outcome) ?? outcome, right);
    if (show(expected) !== show(came)) throw new Difference(write(expected), came);
    if (right.error) this.tally.refused += 1;
    return right;
  }

  private onLeft(met: Deviation[]): Promise<Outcome> {
    const asked = met.reduce((call, { ask }) => ask?.(call) ?? call, this.call);
    this.entropy.begin(this.world.number, unnamed(this.call));
    return observe(this.pair.left, asked, this.pair.frozen);
  }

  private onRight(): Promise<Outcome> {
    this.entropy.begin(this.world.number, unnamed(this.call));
    return observe(this.pair.right, this.call, true);
  }
}

/** A call or what it came to, in words. */
export function write(it: Call | Outcome): string {
  if ("method" in it) return `${it.method}(${it.args.map(show).join(", ")})`;
  const { answer, error, told, table } = it;
  const came = error ? `throws ${show(error)}` : `answers ${show(answer)}`;
  return `${came}\n  events ${show(told)}\n  table ${table.map((row) => `\n    ${show(row)}`).join("")}`;
}

/** Of the keys that a call creates, in the order in which they draw their randomness, the positions of those without an id. */
function unnamed({ method, args: [data] }: Call): number[] {
  if (!/^(create|upsert)/.test(method)) return [];
  const all = [data].flat().map((one) => Object(one) as { id?: unknown });
  const created = method === "upsertApiKeys" ? all.filter(({ id }) => !id) : all;
  return created.flatMap(({ id }, position) => (id ? [] : [position]));
}
