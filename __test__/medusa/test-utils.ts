/** Tells `@medusajs/test-utils`, which is to be imported after this, where PostgreSQL is, in the variables that it reads. */

const { hostname, port, username, password } = new URL(process.env.TEST_POSTGRES_URL ?? "");

Object.assign(process.env, {
  // Any other name than this one means TLS to it.
  DB_HOST: hostname === "127.0.0.1" ? "localhost" : hostname,
  DB_PORT: port,
  DB_USERNAME: decodeURIComponent(username),
  DB_PASSWORD: decodeURIComponent(password),
});
