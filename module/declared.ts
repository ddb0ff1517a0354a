import type { Changes } from "./events";
import { decodeKey } from "./generated/columns";
import type { Declared } from "./outcome";
import type { ApiKey, DeclaredApiKey } from "./types";

/** A declared key or an array of them, depending on the arguments; the overloads in `methods/` declare which. */
export type OneOrManyDeclared = DeclaredApiKey & DeclaredApiKey[];

/** The declared keys of a result, in the order of their declarations. */
export function toDeclared({ keys, elements }: Declared): DeclaredApiKey[] {
  return elements.map((element, index) => ({ key: decodeKey(keys[index] as (typeof keys)[number]), ...element }));
}

/** What a call changed. */
export function changesOf(declared: readonly DeclaredApiKey[]): Changes {
  const idsOf = (wanted: DeclaredApiKey["state"]) =>
    declared.filter(({ state }) => state === wanted).map(({ key }) => key.id);
  return [
    ["created", idsOf("created")],
    ["updated", idsOf("updated")],
  ];
}

/** The keys that a call created. */
export function createdAmong(declared: readonly DeclaredApiKey[]): ApiKey[] {
  return declared.filter(({ state }) => state === "created").map(({ key }) => key);
}

/** An array for an array, a declared key for anything else. */
export function likeDeclaration(data: unknown, declared: DeclaredApiKey[]): OneOrManyDeclared {
  return (Array.isArray(data) ? declared : declared[0]) as OneOrManyDeclared;
}
