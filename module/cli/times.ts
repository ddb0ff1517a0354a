import { InvalidArgumentError } from "commander";

const UNITS = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800, y: 31_536_000 } as const;

/** A hundred years, the longest duration that the service accepts but for leap days. */
const MAX_SECONDS = 100 * UNITS.y;

const DURATION = /^(\d{1,6}(?:\.\d{1,3})?)([smhdwy])$/;
const TIME = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})?)?$/;
const EXPECTED = "Give a duration such as 30d, 12h or 90s, or a time such as 2027-01-31 or 2027-01-31T18:00Z.";

/** Parses a duration such as `30d` to seconds; a year has 365 days. */
export function seconds(text: string): number {
  const parsed = secondsOf(text);
  if (parsed === null) {
    throw new InvalidArgumentError("Give a duration such as 30d, 12h or 90s (units: s, m, h, d, w, y).");
  }
  return parsed;
}

/** Parses a duration from now, or a time in the future, to seconds. */
export function secondsUntil(text: string): number {
  const parsed = secondsOf(text);
  if (parsed !== null) {
    return parsed;
  }
  const left = (timeOf(text).getTime() - Date.now()) / 1_000;
  if (left < 0) {
    throw new InvalidArgumentError("The time has passed.");
  }
  return left;
}

/** Parses how long ago, or a time in the past. */
export function timeAgo(text: string): Date {
  const parsed = secondsOf(text);
  if (parsed !== null) {
    return new Date(Date.now() - parsed * 1_000);
  }
  const time = timeOf(text);
  if (time.getTime() > Date.now()) {
    throw new InvalidArgumentError("The time has not passed yet.");
  }
  return time;
}

/** Parses a duration from now, or a time. */
export function timeAhead(text: string): Date {
  const parsed = secondsOf(text);
  return parsed === null ? timeOf(text) : new Date(Date.now() + parsed * 1_000);
}

/** Formats a time for people, in UTC and to the minute. */
export function minute(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace("T", " ")}Z`;
}

function secondsOf(text: string): number | null {
  const [, number, unit] = DURATION.exec(text) ?? [];
  if (number === undefined) {
    return null;
  }
  const parsed = Number(number) * UNITS[unit as keyof typeof UNITS];
  if (parsed > MAX_SECONDS) {
    throw new InvalidArgumentError("The longest duration is 100y.");
  }
  return parsed;
}

/** A time without a zone is in UTC, as everywhere in this package. */
function timeOf(text: string): Date {
  const isUtc = text.includes("T") && !/(?:Z|[+-]\d{2}:\d{2})$/.test(text);
  const time = new Date(isUtc ? `${text}Z` : text);
  const isReal = TIME.test(text) && !Number.isNaN(time.getTime());
  // JavaScript reads February 30 as March 2.
  if (!isReal || new Date(`${text.slice(0, 10)}T00:00Z`).toISOString().slice(0, 10) !== text.slice(0, 10)) {
    throw new InvalidArgumentError(EXPECTED);
  }
  return time;
}
