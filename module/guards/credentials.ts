/** What a request presents: the token of a key, nothing, or two different tokens. */
export type Credentials = { kind: "token"; token: string } | { kind: "none" } | { kind: "conflict" };

/** How tokens of secret keys begin. */
const SECRET = "sk_";

/** The headers of a request of Node.js. */
interface Headed {
  headers: { authorization?: unknown };
  headersDistinct?: { authorization?: string[] | undefined } | undefined;
}

/** Returns the values of `Authorization`. Of several such headers, `headers` holds the first only. */
export function authorizationOf({ headers, headersDistinct }: Headed): unknown {
  const sent = headersDistinct?.authorization ?? [];
  return sent.length > 1 ? sent : headers.authorization;
}

/**
 * Reads the token from `Authorization` (`Bearer`, or `Basic` in the forms that Medusa accepts) and `X-Api-Key`.
 *
 * `Basic` credentials that are no token belong to something else, such as a proxy, and are ignored.
 */
export function readCredentials(authorization: unknown, apiKey: unknown): Credentials {
  const authorizations: unknown[] = Array.isArray(authorization) ? authorization : [authorization];
  const tokens = new Set(authorizations.map((one) => bearerToken(one) ?? basicToken(one)));
  tokens.add(headerToken(apiKey));
  tokens.delete(undefined);
  const [token, ...others] = tokens;
  if (token === undefined) {
    return { kind: "none" };
  }
  // SECURITY: a guard must not choose between two tokens: another reader of the request could choose the other one.
  return others.length > 0 ? { kind: "conflict" } : { kind: "token", token };
}

/** Returns the token of `Bearer`. */
export function bearerToken(authorization: unknown): string | undefined {
  return schemeOf(authorization, "bearer");
}

/** Returns the token of `Basic`: as it is, or as the user name, with an empty password. */
export function basicToken(authorization: unknown): string | undefined {
  const given = schemeOf(authorization, "basic");
  if (given === undefined) {
    return undefined;
  }
  const pair = given.startsWith(SECRET) ? given : Buffer.from(given, "base64").toString("utf8");
  const token = pair.endsWith(":") ? pair.slice(0, -1) : pair;
  return token.startsWith(SECRET) ? token : undefined;
}

/** Returns the token of `X-Api-Key`. */
export function headerToken(value: unknown): string | undefined {
  // Several values remain one string that is no token, as Node.js joins them.
  const text = Array.isArray(value) ? value.join(", ") : value;
  const token = typeof text === "string" ? text.trim() : "";
  return token === "" ? undefined : token;
}

/** Returns whether a token is one of a secret key, by its form. */
export function isSecret(token: string): boolean {
  return token.startsWith(SECRET);
}

function schemeOf(authorization: unknown, scheme: string): string | undefined {
  if (typeof authorization !== "string") {
    return undefined;
  }
  const [, name, credentials] = /^(\w+) +(\S+)$/.exec(authorization.trim()) ?? [];
  return name?.toLowerCase() === scheme ? credentials : undefined;
}
