// The Express app. It does not listen; server.js does.

const express = require("express");

const MIN_PASSWORD_LENGTH = 8;

/** The accounts that have passwords, by the first segment of a path. */
const OWNER_TYPES = new Map([
  ["users", "user"],
  ["customers", "customer"],
]);

/**
 * @param {import("./accounts.js").Accounts} accounts
 * @param {import("./password-resets.js").PasswordResets} resets
 * @param {(work: Promise<void>) => void} inBackground waits for work before the server ends, and logs its failure
 */
function createApp(accounts, resets, inBackground) {
  const app = express();
  app.disable("x-powered-by");
  app.use(express.json({ limit: "10kb" }));

  app.param("accounts", (request, response, next, name) => {
    request.ownerType = OWNER_TYPES.get(name);
    if (request.ownerType === undefined) return fail(response, 404, "not_found", "There is no such route.");
    next();
  });

  app.post("/:accounts/password-resets", (request, response) => {
    const email = request.body?.email;
    if (typeof email !== "string") return fail(response, 400, "invalid_data", "email must be a string.");
    // The response is sent before the address is looked up, so neither it nor its time depends on the account.
    response.status(202).json({ message: "If the address has an account, a mail is on its way." });
    inBackground(resets.request(request.ownerType, email));
  });

  app.post("/password-resets/confirm", async (request, response) => {
    const { token, password } = request.body ?? {};
    if (typeof token !== "string") return fail(response, 400, "invalid_data", "token must be a string.");
    // Checked before the token is used up.
    if (typeof password !== "string" || password.length < MIN_PASSWORD_LENGTH) {
      return fail(response, 400, "invalid_data", `password must have at least ${MIN_PASSWORD_LENGTH} characters.`);
    }
    if (!(await resets.confirm(token, password))) {
      return fail(response, 400, "invalid_token", "The link was used, has expired, or a newer one was sent.");
    }
    response.json({ message: "The password is set." });
  });

  app.post("/:accounts/login", async (request, response) => {
    const { email, password } = request.body ?? {};
    const strings = typeof email === "string" && typeof password === "string";
    const account = strings && (await accounts.logIn(request.ownerType, email, password));
    if (!account) return fail(response, 401, "unauthorized", "The address or the password is wrong.");
    response.json({ id: account.id });
  });

  app.use((_request, response) => fail(response, 404, "not_found", "There is no such route."));
  app.use((error, _request, response, _next) => {
    if (error.status >= 400 && error.status < 500)
      return fail(response, error.status, "invalid_data", "The body is not JSON.");
    console.error(error.message);
    // The database cannot say whether the token was used up: the client asks for a new mail.
    const status = error.outcome === "unknown" || error.type === "database_error" ? 503 : 500;
    fail(response, status, "unknown_error", "Please try again, or request a new mail.");
  });
  return app;
}

function fail(response, status, type, message) {
  response.status(status).json({ type, message });
}

module.exports = { createApp };
