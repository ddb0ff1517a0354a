// Finds figures among the results of a run.

/** Returns `find(labels)`, which returns the median of the figure with these labels, or null if it was not measured. */
export function finder(figures) {
  return (labels) => {
    const wanted = Object.entries(labels);
    return figures.find((figure) => wanted.every(([name, value]) => figure[name] === value))?.median ?? null;
  };
}

/** Returns the highest rate of the medians, or null if all of them are null. */
export function fastest(medians) {
  const rates = medians.filter((median) => median !== null).map(({ perSecond }) => perSecond);
  return rates.length === 0 ? null : { perSecond: Math.max(...rates) };
}
