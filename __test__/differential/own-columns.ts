// Columns that this package adds to stock's. They are left out where it is compared with stock.

import { COLUMNS, STOCK_COLUMNS } from "../support/service";
import type { Deviation } from "./plan";

const OWN = COLUMNS.filter((name) => !STOCK_COLUMNS.includes(name));

export const OWN_COLUMNS: Deviation = {
  name: "columns that stock lacks",
  applies: () => OWN.length > 0,
  came: (outcome) => without(outcome) as typeof outcome,
};

function without(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(without);
  if (value === null || typeof value !== "object" || value instanceof Date) return value;
  const kept = Object.entries(value).filter(([name]) => !OWN.includes(name));
  return Object.fromEntries(kept.map(([name, member]) => [name, without(member)]));
}
