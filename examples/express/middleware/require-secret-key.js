// Accepts requests with a live secret key and sets `request.apiKey` to that key; rejects others with 401.
//   Authorization: Bearer sk_…
//   Authorization: Basic sk_…                          (as Medusa's own clients send it)
//   Authorization: Basic <base64 of "sk_…:">           (`curl --user sk_…:`)

const { MedusaError, ModuleRegistrationName } = require("@medusajs/framework/utils");

async function requireSecretKey(request, response, next) {
  const service = request.scope.resolve(ModuleRegistrationName.API_KEY);
  const token = tokenOf(request.get("Authorization"));
  const apiKey = token !== null && (await service.authenticate(token));
  if (!apiKey) {
    response.set("WWW-Authenticate", 'Basic realm="api-keys", Bearer realm="api-keys"');
    throw new MedusaError(MedusaError.Types.UNAUTHORIZED, "A valid secret API key is required");
  }
  request.apiKey = apiKey;
  next();
}

function tokenOf(header) {
  const [, scheme, credentials] = /^(Basic|Bearer) +(\S+)$/i.exec(header ?? "") ?? [];
  if (credentials === undefined) return null;
  if (scheme.toLowerCase() === "bearer" || credentials.startsWith("sk_")) return credentials;
  return userNameOf(Buffer.from(credentials, "base64").toString("utf8"));
}

// The token is the user name in "user:password"; the password is empty.
function userNameOf(pair) {
  return pair.split(":", 1)[0];
}

module.exports = { requireSecretKey };
