// What a history is made of: calls whose arguments may name what earlier calls brought forth.

import type { OurService } from "../support/service";

/** The methods that a history calls. */
export type Method = Exclude<keyof OurService, "migrate" | "close">;

/** One call, before it is known which keys there will be. `wait` is how far the clock goes before it, in milliseconds. */
export interface Operation {
  method: Method;
  args: unknown[];
  wait: number;
}

/** Calls in their order; null is one that shrinking took away. */
export interface History {
  /** What tokens, salts and ids are made of. */
  entropy: number;
  steps: (Operation | null)[];
}

/** One call as it is made. */
export interface Call {
  method: Method;
  args: unknown[];
  /** What in its arguments a deviation is known to refuse. */
  wrong: Found[];
}

/** Something wrong, and the position of the argument that holds it. */
interface Found extends Pick<Wrong, "deviation" | "named"> {
  argument: number;
}

/** Stands for the id, the token or the redacted form of a key that an earlier call created. */
export class Known {
  constructor(
    readonly kind: keyof Memory,
    readonly index: number,
  ) {}
}

/** Marks an argument that this package refuses by a deviation. */
export class Wrong {
  constructor(
    /** The deviation's name. */
    readonly deviation: string,
    readonly value: unknown,
    /** What the refusal names. */
    readonly named: string,
  ) {}
}

/** What earlier calls created, in order of appearance. */
export interface Memory {
  id: string[];
  token: string[];
  /** Tokens that nobody was given, each with the redacted form of one that somebody was. */
  forged: string[];
  redacted: string[];
}

/** The call that an operation means now. Its arguments belong to nobody else. */
export function toCall({ method, args }: Operation, memory: Memory): Call {
  const wrong: Found[] = [];
  const resolveIn = (argument: number) =>
    function resolve(value: unknown): unknown {
      if (value instanceof Known) {
        const known = memory[value.kind];
        return known[value.index % known.length] ?? "apk_unknown";
      }
      if (value instanceof Wrong) {
        wrong.push({ deviation: value.deviation, named: value.named, argument });
        return resolve(value.value);
      }
      return copyWith(value, resolve);
    };
  return { method, args: args.map((value, argument) => resolveIn(argument)(value)), wrong };
}

/** Arguments like these that share nothing with them. */
export function copy<Value>(value: Value): Value {
  return copyWith(value, copy) as Value;
}

/** The value with everything in it frozen. */
export function freeze(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  for (const member of Object.values(value)) freeze(member);
  return Object.freeze(value);
}

function copyWith(value: unknown, member: (value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(member);
  if (value instanceof Date) return new Date(value);
  // Stock leaves its marks on a function, too, that it takes for a config.
  if (typeof value === "function") return () => undefined;
  if (typeof value !== "object" || value === null || value instanceof RegExp) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, member(inner)]));
}
