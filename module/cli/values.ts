import { InvalidArgumentError, Option } from "commander";
import type { ApiKeyOwner } from "../types";

/** Adds the elements of a comma-separated list to those of the options before it; `""` is an empty list. */
export function list(text: string, earlier: string[] = []): string[] {
  const elements = text.split(",").map((element) => element.trim());
  return [...earlier, ...elements.filter((element) => element !== "")];
}

/** The option for the type of keys. */
export function typeOption(description: string): Option {
  return new Option("--type <type>", description).choices(["secret", "publishable"]);
}

/** Parses an owner, `type:id`. */
export function owner(text: string): ApiKeyOwner {
  const colon = text.indexOf(":");
  if (colon < 1 || colon === text.length - 1) {
    throw new InvalidArgumentError("Give the type and the id of the owner, such as user:user_123.");
  }
  return { type: text.slice(0, colon), id: text.slice(colon + 1) };
}

/** Parses an owner's type, or `type:id`. */
export function ownerFilter(text: string): { type: string; id?: string } {
  return text.includes(":") ? owner(text) : { type: text };
}

/** Parses a JSON object. */
export function jsonObject(text: string): Record<string, unknown> {
  const value = parsed(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new InvalidArgumentError('Give a JSON object, such as \'{"team":"payments"}\'.');
  }
  return value as Record<string, unknown>;
}

/** Parses a number of rows. */
export function count(text: string): number {
  if (!/^\d{1,9}$/.test(text) || Number(text) < 1) {
    throw new InvalidArgumentError("Give a whole number from 1.");
  }
  return Number(text);
}

/** Parses a number of rows to leave out. */
export function offset(text: string): number {
  if (!/^\d{1,9}$/.test(text)) {
    throw new InvalidArgumentError("Give a whole number.");
  }
  return Number(text);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
