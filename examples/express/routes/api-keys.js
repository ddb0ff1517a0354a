// Routes that manage keys. Each resolves the service as a Medusa route does and leaves validation to it.

const { ModuleRegistrationName } = require("@medusajs/framework/utils");
const { Router } = require("express");
const { page } = require("./page.js");

const serviceOf = (request) => request.scope.resolve(ModuleRegistrationName.API_KEY);

function apiKeyRoutes() {
  const routes = Router();
  // Responses may contain a token, so caches must not store them.
  routes.use((_request, response, next) => {
    response.set("Cache-Control", "no-store");
    next();
  });
  routes.get("/", list);
  routes.post("/", create);
  routes.post("/verify", verify);
  routes.post("/:id/revoke", revoke);
  routes.post("/:id/roll", roll);
  return routes;
}

/** `GET /api-keys?q=&type=&limit=&offset=` */
async function list(request, response) {
  const { q, type } = request.query;
  // The service rejects conditions that are undefined, since a value may have been intended.
  const filters = { ...(q === undefined ? {} : { q }), ...(type === undefined ? {} : { type }) };
  const { limit, offset } = page(request.query);
  const [apiKeys, count] = await serviceOf(request).listAndCountApiKeys(filters, {
    take: limit,
    skip: offset,
    order: { created_at: "DESC" },
  });
  response.json({ api_keys: apiKeys, count, limit, offset });
}

/** `POST /api-keys { title, type }`: besides a roll, the only response that contains a secret token. */
async function create(request, response) {
  const { title, type } = request.body ?? {};
  const apiKey = await serviceOf(request).createApiKeys({
    title,
    type,
    created_by: request.apiKey.id,
  });
  response.status(201).json({ api_key: apiKey });
}

/** `POST /api-keys/verify { token }`: the token is in the body, since URLs end up in access logs. */
async function verify(request, response) {
  const apiKey = await serviceOf(request).authenticate(request.body?.token);
  response.json({ is_authenticated: apiKey !== false });
}

/** `POST /api-keys/:id/revoke { revoke_in? }`, in seconds. */
async function revoke(request, response) {
  const apiKey = await serviceOf(request).revoke(request.params.id, {
    revoked_by: request.apiKey.id,
    revoke_in: request.body?.revoke_in,
  });
  response.json({ api_key: apiKey });
}

/** `POST /api-keys/:id/roll { revoke_in?, title? }`: creates a successor; the old token stays valid for `revoke_in` seconds. */
async function roll(request, response) {
  const { revoke_in, title } = request.body ?? {};
  const { revoked, created } = await serviceOf(request).rollApiKeys(request.params.id, {
    revoked_by: request.apiKey.id,
    created_by: request.apiKey.id,
    revoke_in,
    title,
  });
  response.json({ api_key: created, revoked_api_key: revoked });
}

module.exports = { apiKeyRoutes };
