// Values of another kind than the types ask for.

/** What can carry the members of data and is more than them, with a maker of each. */
export const MORE_THAN_MEMBERS: [name: string, make: () => object][] = [
  ["a function", () => () => undefined],
  ["an array", () => []],
  ["a Date", () => new Date()],
  ["a Map", () => new Map()],
  ["an Error", () => new Error("odd")],
];

/** An object without a prototype, as Node.js parses query strings. */
export const bare = (members: object): object => Object.assign(Object.create(null), members);
