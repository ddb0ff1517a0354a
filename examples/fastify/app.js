// The routes. Each names the scopes that it asks for; a key reaches the data of its owner only.

const fastify = require("fastify");
const { requireApiKey } = require("medusa-api-key-native/fastify");
const { createKey, listKeys, revokeKey } = require("./keys.js");
const { addNote, findNote, listNotes } = require("./notes.js");

function createApp(keys) {
  const app = fastify({ bodyLimit: 100_000 });
  app.decorateRequest("apiKey");
  // `onRequest` runs before the body is read.
  const guard = (...scopes) => ({ onRequest: requireApiKey(keys, { scopes, ownerType: "organization" }) });

  app.get("/notes", guard("notes:read"), async ({ apiKey }) => ({ notes: listNotes(apiKey.owner) }));
  app.get("/notes/:id", guard("notes:read"), async ({ apiKey, params }, reply) => {
    const note = findNote(apiKey.owner, params.id);
    return note === undefined ? notFound(reply) : { note };
  });
  app.post("/notes", guard("notes:write"), async ({ apiKey, body }, reply) => {
    reply.code(201);
    return { note: addNote(apiKey.owner, String(body?.text ?? "")) };
  });

  app.get("/keys", guard("keys:read"), async ({ apiKey }) => ({ keys: await listKeys(keys, apiKey.owner) }));
  app.post("/keys", guard("keys:write"), async ({ apiKey, body }, reply) => {
    const key = await createKey(keys, apiKey, body ?? {});
    reply.code(201).header("Cache-Control", "no-store");
    return { key };
  });
  app.post("/keys/:id/revoke", guard("keys:write"), async ({ apiKey, params }, reply) => {
    if (!(await revokeKey(keys, apiKey, params.id))) return notFound(reply);
    return reply.code(204).send();
  });

  app.setNotFoundHandler((_request, reply) => notFound(reply));
  app.setErrorHandler(failed);
  return app;
}

function notFound(reply) {
  return reply.code(404).send({ message: "Not found" });
}

function failed(error, _request, reply) {
  // An invalid member of a new key, or more scopes than its creator has.
  if (["invalid_data", "not_allowed"].includes(error.type)) {
    return reply.code(400).send({ message: error.message });
  }
  if (error.statusCode >= 400 && error.statusCode < 500) {
    return reply.code(error.statusCode).send({ message: "The request cannot be parsed" });
  }
  console.error(error);
  return reply.code(500).send({ message: "Internal error" });
}

module.exports = { createApp };
