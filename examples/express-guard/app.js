// The routes. Each names the scopes that it asks for; a key reaches the data of its owner only.

const express = require("express");
const { requireApiKey } = require("medusa-api-key-native/express");
const { createKey, listKeys, revokeKey } = require("./keys.js");
const { addNote, findNote, listNotes } = require("./notes.js");

function createApp(keys) {
  const app = express();
  app.disable("x-powered-by");
  const guard = (...scopes) => requireApiKey(keys, { scopes, ownerType: "organization" });
  const body = express.json({ limit: "100kb" });

  app.get("/notes", guard("notes:read"), ({ apiKey }, response) => {
    response.json({ notes: listNotes(apiKey.owner) });
  });
  app.get("/notes/:id", guard("notes:read"), ({ apiKey, params }, response) => {
    const note = findNote(apiKey.owner, params.id);
    if (note === undefined) return notFound(response);
    response.json({ note });
  });
  app.post("/notes", guard("notes:write"), body, (request, response) => {
    response.status(201).json({ note: addNote(request.apiKey.owner, String(request.body?.text ?? "")) });
  });

  app.get("/keys", guard("keys:read"), async ({ apiKey }, response) => {
    response.json({ keys: await listKeys(keys, apiKey.owner) });
  });
  app.post("/keys", guard("keys:write"), body, async (request, response) => {
    const key = await createKey(keys, request.apiKey, request.body ?? {});
    response.status(201).set("Cache-Control", "no-store").json({ key });
  });
  app.post("/keys/:id/revoke", guard("keys:write"), async ({ apiKey, params }, response) => {
    if (!(await revokeKey(keys, apiKey, params.id))) return notFound(response);
    response.status(204).end();
  });

  app.use((_request, response) => notFound(response));
  app.use(failed);
  return app;
}

function notFound(response) {
  response.status(404).json({ message: "Not found" });
}

// Express recognizes an error handler by its four parameters.
function failed(error, _request, response, next) {
  if (response.headersSent) return next(error);
  // An invalid member of a new key, or more scopes than its creator has.
  if (["invalid_data", "not_allowed"].includes(error.type)) {
    return response.status(400).json({ message: error.message });
  }
  if (error.status >= 400 && error.status < 500) {
    return response.status(error.status).json({ message: "The request cannot be parsed" });
  }
  console.error(error);
  response.status(500).json({ message: "Internal error" });
}

module.exports = { createApp };
