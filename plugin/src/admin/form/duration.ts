const DAY = 24 * 60 * 60;

/** Durations to choose from, in seconds. `never` has none. */
export const PRESETS = {
  never: null,
  now: 0,
  hour: 60 * 60,
  day: DAY,
  week: 7 * DAY,
  month: 30 * DAY,
  quarter: 90 * DAY,
  year: 365 * DAY,
} as const;

export type Preset = keyof typeof PRESETS;

/** A chosen preset, or a number of days as typed. */
export interface Duration {
  choice: Preset | "custom";
  days: string;
}

/** Returns the seconds of a duration, `null` for no end, or `undefined` if it is not a duration that the server accepts. */
export function secondsOf({ choice, days }: Duration): number | null | undefined {
  if (choice !== "custom") {
    return PRESETS[choice];
  }
  const seconds = Math.round(Number(days) * DAY);
  return days.trim() !== "" && seconds >= 1 && seconds <= 36_525 * DAY ? seconds : undefined;
}
