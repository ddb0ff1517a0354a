// The Express app: middleware and routes. It does not listen; server.js does.

const express = require("express");
const { errorHandler, notFoundHandler } = require("./middleware/errors.js");
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

  app.use(notFoundHandler);
  app.use(errorHandler);
  return app;
}

module.exports = { createApp };
