// Values that are not storable strings, with their names.

export const WRONG_TEXTS: [string, unknown][] = [
  ["a number", 5],
  ["NaN", Number.NaN],
  ["an object", {}],
  ["an array", ["a"]],
  ["a string with a NUL", "a\u0000"],
  ["a lone surrogate", "\udfff"],
  ["a string of one mebibyte", "x".repeat(1024 * 1024)],
];
