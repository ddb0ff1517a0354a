// Starts the server: `node server.js`. Environment: DATABASE_URL, PORT (9000), HOST (127.0.0.1).

const { createApp } = require("./app.js");
const { openKeys } = require("./keys.js");

async function main() {
  const keys = openKeys(process.env.DATABASE_URL);
  // Fails now rather than on the first request if the database is unreachable.
  await keys.migrate();
  const server = createApp(keys).listen(Number(process.env.PORT ?? 9000), process.env.HOST ?? "127.0.0.1");
  server.once("listening", () => {
    const { address, port } = server.address();
    console.log(`Listening on http://${address}:${port}`);
  });
  server.once("error", fail);
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, () => {
      server.close(() => keys.close().catch(fail));
      server.closeIdleConnections();
    });
  }
}

function fail(error) {
  console.error(error.message);
  process.exit(1);
}

main().catch(fail);
