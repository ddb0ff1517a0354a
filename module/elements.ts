import { ApiKeyError } from "./errors";

/**
 * The elements of a caller's array. An array of a few bytes can have billions of empty elements, which would block the
 * event loop for minutes.
 */

/** The number of values in an argument. */
export const MAX_VALUES = 10_000_000;

const MAX_EMPTY = 1_000;

/** Rejects an argument with more than `MAX_VALUES` values. */
export function rejectTooMany(): never {
  throw new ApiKeyError("invalid_data", "An argument has more than 10,000,000 values");
}

/** Maps the elements of an array. Unlike `map`, it keeps empty elements, as `undefined`; but rejects an array with many. */
export function mapElements<Element, Result>(array: readonly Element[], map: (element: Element) => Result): Result[] {
  const { length } = array;
  if (length > MAX_VALUES) {
    rejectTooMany();
  }
  const mapped: Result[] = [];
  let empty = 0;
  for (let index = 0; index < length; index++) {
    const element = array[index];
    if (element === undefined && !(index in array)) {
      empty += 1;
      if (empty > MAX_EMPTY) {
        throw new ApiKeyError("invalid_data", "An argument has an array with more than 1,000 empty elements");
      }
    }
    mapped.push(map(element as Element));
  }
  return mapped;
}
