// What is to come of a call on the right if it does so on the left.

import type { Implementation } from "../support/implementations";
import type { Call } from "./operation";
import type { Outcome, StoredKey } from "./side";

/** What is known before a call is made. */
export interface World {
  /** The call's number in its history. */
  number: number;
  now: Date;
  /** The table on the left, which is the one on the right too. */
  before: StoredKey[];
  left: Implementation;
}

/** A refusal that tells what is wrong, in words of its own. */
export interface Refusal {
  type: "invalid_data";
  /** The whole message, or words of which it holds one. */
  message: string | string[];
}

/** A listed difference between the two sides. */
export interface Deviation {
  name: string;
  applies(call: Call, world: World): boolean | Promise<boolean>;
  /** The right acts where the left cannot: neither is called. */
  leftOut?: true;
  /** What the right answers, or refuses, by itself and without a write. */
  decides?(call: Call, world: World): { answer: unknown } | Refusal | Promise<Refusal>;
  /** Whether the left is called nevertheless, because it must refuse too. */
  leftRefuses?(call: Call): boolean;
  /** The call that means to the left what this one means to the right. */
  ask?(call: Call): Call;
  /** What the right must come to where the left came to this. */
  expected?(outcome: Outcome, call: Call): Outcome;
  /** What the right came to, without what cannot be equal. */
  came?(outcome: Outcome): Outcome;
}

/** Two sides and all the ways in which they may differ. */
export interface Pair {
  left: Implementation;
  right: Implementation;
  deviations: Deviation[];
  /** Whether the left keeps its arguments unchanged, as the right does. */
  frozen: boolean;
}

/** Whether a refusal is the one that was to come. */
export function refuses(outcome: Outcome, { type, message }: Refusal): boolean {
  const found = outcome.error?.message ?? "";
  const worded = typeof message === "string" ? found === message : message.some((words) => found.includes(words));
  return outcome.error?.type === type && worded;
}
