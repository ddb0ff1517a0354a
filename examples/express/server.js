// Starts the server: `node server.js`. Environment: DATABASE_URL, PORT (9000), HOST (127.0.0.1).

const { ModuleRegistrationName } = require("@medusajs/framework/utils");
const { createApp } = require("./app.js");
const { createContainer } = require("./container.js");

const SHUTDOWN_SECONDS = 10;

async function main() {
  const container = createContainer(process.env.DATABASE_URL);
  // Fails now rather than on the first request if the URL is wrong or the database unreachable.
  await container.resolve(ModuleRegistrationName.API_KEY).migrate();

  const server = createApp(container).listen(Number(process.env.PORT ?? 9000), process.env.HOST ?? "127.0.0.1");
  server.once("listening", () => {
    const { address, port } = server.address();
    console.log(`Listening on http://${address}:${port}`);
  });
  server.once("error", fail);
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, () => shutDown(server, container).catch(fail));
  }
}

/** Stops accepting requests, completes pending ones, then closes the database. */
async function shutDown(server, container) {
  const timeout = setTimeout(() => server.closeAllConnections(), SHUTDOWN_SECONDS * 1000);
  await new Promise((resolve) => server.close(resolve));
  clearTimeout(timeout);
  await container.dispose();
  console.log("Stopped");
}

function fail(error) {
  console.error(error.message);
  process.exit(1);
}

main().catch(fail);
