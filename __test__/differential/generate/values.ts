// Values that meet each other often enough to matter.

import fc from "fast-check";
import { Known, type Memory, Wrong } from "../operation";

/** One of these, each as likely as its weight says. */
export const weighted = <Value>(...options: [weight: number, arbitrary: fc.Arbitrary<Value>][]): fc.Arbitrary<Value> =>
  fc.oneof(...options.map(([weight, arbitrary]) => ({ weight: weight * 10, arbitrary })));

/** Something that a key created earlier has. */
export const known = (kind: keyof Memory) => fc.nat({ max: 40 }).map((index) => new Known(kind, index));

/** An argument that a deviation refuses; the refusal names `named`. */
export const wrong = (deviation: string, named: string, ...values: unknown[]) =>
  fc.constantFrom(...values).map((value) => new Wrong(deviation, value, named));

export const CHOSEN_IDS = ["apk_a", "apk_b", "apk_c", "Apk_D", "apk:e", "a b"];
export const TITLES = [
  ...["alpha", "Alpha", "beta one", "beta two", "Beta", "", "100% wool", "snake_case", "back\\slash"],
  ...['it\'s "quoted"', "two\nlines", " padded ", "ünïcode 🔑", "apk_a"],
];
export const PEOPLE = ["", "user_1", "user_2", "User_1"];
export const TYPES = ["publishable", "secret"];

export const title = fc.constantFrom(...TITLES);
export const person = fc.constantFrom(...PEOPLE);
export const id = weighted<unknown>(
  [6, known("id")],
  [3, fc.constantFrom(...CHOSEN_IDS)],
  [1, fc.constantFrom("apk_unknown", "")],
);

const DAYS = ["1999-12-31", "2029-12-31", "2030-01-01", "2030-01-02", "2030-02-01", "2099-01-01"];

/** Moments around the time at which histories begin, as a Date or as text. */
export const moment = weighted<Date | string>(
  [6, fc.constantFrom(...DAYS).map((day) => new Date(day))],
  [1, fc.constantFrom(...DAYS)],
  [1, fc.constantFrom(...DAYS).map((day) => `${day}T00:00:00.000Z`)],
  [
    1,
    fc.constantFrom("2030-01-01T02:00:00+02:00", "2030-01-01 00:00:00", "2030-01-01T00:00:00.001", "2030-01-01 00:00Z"),
  ],
  [0.5, fc.constant("2029-12-31T23:59:59.9999996Z")],
);

/** How far the clock goes between two calls: mostly not at all, sometimes back. */
export const wait = weighted(
  [5, fc.constant(0)],
  [3, fc.constantFrom(1, 7, 1000, 60_000)],
  [1, fc.constantFrom(86_400_000, 40 * 86_400_000)],
  [1, fc.constantFrom(-1, -1000, -86_400_000)],
);
