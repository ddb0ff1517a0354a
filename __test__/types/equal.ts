/** Compiles only if the two types are identical. */
export type Equal<Given extends Alike<Given, Expected>, Expected> = Given;

type Alike<Given, Expected> =
  (<T>() => T extends Given ? 1 : 2) extends <T>() => T extends Expected ? 1 : 2 ? unknown : never;
