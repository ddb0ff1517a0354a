/** Tells `@medusajs/test-utils` where PostgreSQL is, in the variables that it reads; before it is loaded. */
export function tellTestUtils(): void {
  const { hostname, port, username, password } = new URL(process.env.TEST_POSTGRES_URL ?? "");
  Object.assign(process.env, {
    DB_HOST: hostname,
    DB_PORT: port,
    DB_USERNAME: decodeURIComponent(username),
    DB_PASSWORD: decodeURIComponent(password),
  });
}
