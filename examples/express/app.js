// The Express app: what runs before the routes, the routes, what runs after them. It listens nowhere; server.js does.

const express = require("express");
const { answerWithErrors, answerNotFound } = require("./middleware/errors.js");
const { requireSecretKey } = require("./middleware/require-secret-key.js");
const { apiKeyRoutes } = require("./routes/api-keys.js");

function createApp(container) {
  const app = express();
  app.disable("x-powered-by");
  app.use(express.json({ limit: "100kb" }));
  app.use((request, _response, next) => {
    request.scope = container.createScope();
    next();
  });

  app.use("/api-keys", requireSecretKey, apiKeyRoutes());
  app.get("/whoami", requireSecretKey, (request, response) => {
    const { id, title, redacted } = request.apiKey;
    response.json({ id, title, redacted });
  });

  app.use(answerNotFound);
  app.use(answerWithErrors);
  return app;
}

module.exports = { createApp };
