// Medusa's filters evaluated one key at a time in JavaScript, with SQL's three truth values, to compare the databases with.

import type { ApiKey } from "../support/service";

type Truth = boolean | null;
type Operand = string | Date | null;

/** What is asked of one column: a value, a list of values, or operators. */
export type ColumnFilter = Operand | Operand[] | { [operator: string]: Operand | Operand[] | boolean };

/** A filter tree. */
export interface Filter {
  [column: string]: ColumnFilter | Filter | Filter[];
}

/** Whether a key is in the answer: what is unknown is not. */
export function matches(filter: Filter, key: ApiKey): boolean {
  return evaluate(filter, key) === true;
}

function evaluate(filter: Filter, key: ApiKey): Truth {
  return all(
    Object.entries(filter).map(([name, value]) => {
      if (name === "$and") return all((value as Filter[]).map((branch) => evaluate(branch, key)));
      if (name === "$or") return any((value as Filter[]).map((branch) => evaluate(branch, key)));
      if (name === "$not") return not(evaluate(value as Filter, key));
      return column(key[name as "title"], value as ColumnFilter);
    }),
  );
}

function column(stored: Operand, filter: ColumnFilter): Truth {
  if (Array.isArray(filter)) return operator(stored, "$in", filter);
  if (filter === null || typeof filter === "string" || filter instanceof Date) return operator(stored, "$eq", filter);
  return all(Object.entries(filter).map(([name, operand]) => operator(stored, name, operand)));
}

function operator(stored: Operand, name: string, operand: Operand | Operand[] | boolean): Truth {
  if (name === "$exists") return (stored !== null) === operand;
  if (name === "$eq" && operand === null) return stored === null;
  if (name === "$ne" && operand === null) return stored !== null;
  if (name === "$in") return any((operand as Operand[]).map((value) => equal(stored, value)));
  if (name === "$nin") return not(any((operand as Operand[]).map((value) => equal(stored, value))));
  if (stored === null || operand === null) return null;
  const [left, right] = [plain(stored), plain(operand as string | Date)];
  if (name === "$eq") return left === right;
  if (name === "$ne") return left !== right;
  if (name === "$gt") return left > right;
  if (name === "$gte") return left >= right;
  if (name === "$lt") return left < right;
  if (name === "$lte") return left <= right;
  if (name === "$like") return pattern(right as string, "s").test(left as string);
  if (name === "$re") return new RegExp(right as string, "s").test(left as string);
  if (name === "$ilike") return pattern(right as string, "si").test(left as string);
  throw new Error(`Unknown operator ${name}.`);
}

function pattern(like: string, flags: string): RegExp {
  const source = like.replace(/\\(.)|[\s\S]/g, (unit, escaped: string | undefined) => {
    if (escaped === undefined && unit === "%") return ".*";
    if (escaped === undefined && unit === "_") return ".";
    return (escaped ?? unit).replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  });
  return new RegExp(`^${source}$`, flags);
}

const plain = (value: string | Date): string | number => (value instanceof Date ? value.getTime() : value);
const equal = (stored: Operand, value: Operand): Truth =>
  stored === null || value === null ? null : plain(stored) === plain(value);
const not = (truth: Truth): Truth => (truth === null ? null : !truth);
const all = (truths: Truth[]): Truth => (truths.includes(false) ? false : truths.includes(null) ? null : true);
const any = (truths: Truth[]): Truth => (truths.includes(true) ? true : truths.includes(null) ? null : false);
