/**
 * Returns whether an object has a member, own or inherited, other than those of `Object.prototype`.
 *
 * SECURITY: where a package pollutes `Object.prototype`, an absent member must not become the client's address, its key, the
 * scopes of an update, or a `dry_run` that prevents a revocation.
 */
export function hasMember(value: object, name: string): boolean {
  for (let holder: object | null = value; holder !== null; holder = Object.getPrototypeOf(holder)) {
    // Every realm has its own Object.prototype, which alone is at the end of the chain.
    const isRoot = holder !== value && Object.getPrototypeOf(holder) === null;
    if (!isRoot && Object.hasOwn(holder, name)) {
      return true;
    }
  }
  return false;
}

/** Returns a member of a value, own or inherited, but never one of `Object.prototype`. */
export function memberOf(value: unknown, name: string): unknown {
  const given: Record<string, unknown> = Object(value);
  return hasMember(given, name) ? given[name] : undefined;
}
