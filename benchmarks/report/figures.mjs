// Finding a figure among all that a run has measured.

/** Answers `find(labels)`: the median of the one figure with these labels, or null where it was not measured. */
export function finder(figures) {
  return (labels) => {
    const wanted = Object.entries(labels);
    return figures.find((figure) => wanted.every(([name, value]) => figure[name] === value))?.median ?? null;
  };
}

/** The larger of what two finds have in a member, or null where neither is there. */
export function fastest(medians) {
  const rates = medians.filter((median) => median !== null).map(({ perSecond }) => perSecond);
  return rates.length === 0 ? null : { perSecond: Math.max(...rates) };
}
