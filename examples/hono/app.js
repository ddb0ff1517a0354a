// The routes. Each names the scopes that it asks for; a key reaches the data of its owner only.

import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { requireApiKey } from "medusa-api-key-native/hono";
import { createKey, listKeys, revokeKey } from "./keys.js";
import { addNote, findNote, listNotes } from "./notes.js";

export function createApp(keys) {
  const app = new Hono();
  const guard = (...scopes) => requireApiKey(keys, { scopes, ownerType: "organization" });
  const body = bodyLimit({ maxSize: 100_000 });
  const ownerOf = (c) => c.get("apiKey").owner;

  app.get("/notes", guard("notes:read"), (c) => c.json({ notes: listNotes(ownerOf(c)) }));
  app.get("/notes/:id", guard("notes:read"), (c) => {
    const note = findNote(ownerOf(c), c.req.param("id"));
    return note === undefined ? c.notFound() : c.json({ note });
  });
  app.post("/notes", guard("notes:write"), body, async (c) => {
    const { text = "" } = await bodyOf(c);
    return c.json({ note: addNote(ownerOf(c), String(text)) }, 201);
  });

  app.get("/keys", guard("keys:read"), async (c) => c.json({ keys: await listKeys(keys, ownerOf(c)) }));
  app.post("/keys", guard("keys:write"), body, async (c) => {
    const key = await createKey(keys, c.get("apiKey"), await bodyOf(c));
    return c.json({ key }, 201, { "Cache-Control": "no-store" });
  });
  app.post("/keys/:id/revoke", guard("keys:write"), async (c) => {
    return (await revokeKey(keys, c.get("apiKey"), c.req.param("id"))) ? c.body(null, 204) : c.notFound();
  });

  app.notFound((c) => c.json({ message: "Not found" }, 404));
  app.onError(failed);
  return app;
}

async function bodyOf(c) {
  const body = await c.req.json();
  return typeof body === "object" && body !== null ? body : {};
}

function failed(error, c) {
  // An invalid member of a new key, or more scopes than its creator has.
  if (["invalid_data", "not_allowed"].includes(error.type)) return c.json({ message: error.message }, 400);
  if (error instanceof SyntaxError) return c.json({ message: "The request cannot be parsed" }, 400);
  console.error(error);
  return c.json({ message: "Internal error" }, 500);
}
