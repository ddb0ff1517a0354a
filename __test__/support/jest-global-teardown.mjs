/** Stops what jest-global-setup.mjs started. */
export default async function globalTeardown() {
  await globalThis.stopPostgres?.();
}
