// Statistics that are robust against one slow round.

/** Returns the median, for an even count the mean of the middle two; `null` for an empty list. */
export function median(numbers) {
  if (numbers.length === 0) return null;
  const sorted = Float64Array.from(numbers).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Returns the smallest number that at least `share` (0 to 1) of the numbers do not exceed; `null` for an empty list. */
export function percentile(numbers, share) {
  if (numbers.length === 0) return null;
  const sorted = Float64Array.from(numbers).sort();
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

/** Returns the median of each member of the first measurement over all measurements. */
export function medians(measurements) {
  const names = Object.keys(measurements[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, median(measurements.map((one) => one[name]))]));
}
