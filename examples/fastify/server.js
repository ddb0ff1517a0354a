// Starts the server: `node server.js`. Environment: DATABASE_URL, PORT (9000), HOST (127.0.0.1).

const { createApp } = require("./app.js");
const { openKeys } = require("./keys.js");

async function main() {
  const keys = openKeys(process.env.DATABASE_URL);
  // Fails now rather than on the first request if the database is unreachable.
  await keys.migrate();
  const app = createApp(keys);
  app.addHook("onClose", () => keys.close());
  const url = await app.listen({ port: Number(process.env.PORT ?? 9000), host: process.env.HOST ?? "127.0.0.1" });
  console.log(`Listening on ${url}`);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => app.close());
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
