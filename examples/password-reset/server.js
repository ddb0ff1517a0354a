// Starts the server: `node server.js`. See README.md for its environment.

const { ApiKeyModuleService } = require("medusa-api-key-native");
const { Accounts } = require("./accounts.js");
const { createApp } = require("./app.js");
const { sendMail } = require("./mail.js");
const { PasswordResets } = require("./password-resets.js");

const { DATABASE_URL = "sqlite:api-keys.db", PAGE_URL = "http://127.0.0.1:9000/new-password" } = process.env;

async function main() {
  // The tokens are random, so a fast hash is as safe as a slow one.
  const keys = new ApiKeyModuleService({ databaseUrl: DATABASE_URL, hashing: "sha256" });
  // Fails now rather than on the first request if the URL is wrong or the database unreachable.
  await keys.migrate();
  const accounts = new Accounts();
  await accounts.add("user", { id: "user_ada", email: "ada@example.com", password: "correct horse" });
  await accounts.add("customer", { id: "cus_bob", email: "bob@example.com", password: "battery staple" });
  const seconds = process.env.RESET_SECONDS && Number(process.env.RESET_SECONDS);
  const resets = new PasswordResets(keys, accounts, sendMail, { pageUrl: PAGE_URL, ...(seconds && { seconds }) });

  const running = new Set();
  const inBackground = (work) => {
    const settled = work.catch((error) => console.error(error.message)).finally(() => running.delete(settled));
    running.add(settled);
  };
  const app = createApp(accounts, resets, inBackground);
  const server = app.listen(Number(process.env.PORT ?? 9000), process.env.HOST ?? "127.0.0.1");
  server.once("listening", () => console.log(`Listening on http://127.0.0.1:${server.address().port}`));
  server.once("error", fail);
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, async () => {
      await new Promise((resolve) => server.close(resolve).closeIdleConnections());
      await Promise.all(running);
      await keys.close();
    });
  }
}

function fail(error) {
  console.error(error.message);
  process.exit(1);
}

main().catch(fail);
