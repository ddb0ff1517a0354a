// Statistics that one slow round cannot spoil.

/** The middle of the numbers; of an even count the mean of the two in the middle. `null` of none. */
export function median(numbers) {
  if (numbers.length === 0) return null;
  const sorted = Float64Array.from(numbers).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The smallest of the numbers that at least `share` of them (0 to 1) do not exceed. `null` of none. */
export function percentile(numbers, share) {
  if (numbers.length === 0) return null;
  const sorted = Float64Array.from(numbers).sort();
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

/** The median of each member that the measurements have in common. */
export function medians(measurements) {
  const names = Object.keys(measurements[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, median(measurements.map((one) => one[name]))]));
}
