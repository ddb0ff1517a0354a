/** Why a request is refused. */
export type Refusal =
  | { kind: "missing" | "invalid" | "conflict" | "unavailable" | "ip_not_allowed" | "wrong_owner_type" }
  | { kind: "insufficient_scope"; scopes: readonly string[] };

/** A response that refuses a request. */
export interface RefusalResponse {
  status: number;
  headers: Record<string, string>;
  /** JSON text. */
  body: string;
}

/** When a client may try again after a 503, in seconds. */
const RETRY_AFTER_SECONDS = 5;

const PROBLEMS = {
  missing: { status: 401, title: "Unauthorized", detail: "An API key is required." },
  // SECURITY: one response for unknown, revoked and expired keys, so that it does not reveal which tokens existed.
  invalid: { status: 401, title: "Unauthorized", detail: "The API key is not valid.", error: "invalid_token" },
  conflict: {
    status: 400,
    title: "Bad Request",
    detail: "The request contains two different API keys.",
    error: "invalid_request",
  },
  insufficient_scope: {
    status: 403,
    title: "Forbidden",
    detail: "The API key lacks a required scope.",
    error: "insufficient_scope",
  },
  ip_not_allowed: {
    status: 403,
    title: "Forbidden",
    detail: "The API key must not be used from this address.",
    error: "ip_not_allowed",
  },
  wrong_owner_type: {
    status: 403,
    title: "Forbidden",
    detail: "The owner of the API key has another type.",
    error: "wrong_owner_type",
  },
  unavailable: {
    status: 503,
    title: "Service Unavailable",
    detail: "API keys cannot be verified at the moment.",
    error: "temporarily_unavailable",
  },
} satisfies Record<Refusal["kind"], { status: number; title: string; detail: string; error?: string }>;

/** The errors that RFC 6750 defines; `WWW-Authenticate` names no others. */
const CHALLENGED = ["invalid_token", "invalid_request", "insufficient_scope"];

/** Returns the response for a refusal: RFC 9457's `application/problem+json`, with RFC 6750's `WWW-Authenticate`. */
export function refusalResponse(refusal: Refusal, realm: string): RefusalResponse {
  const problem: { status: number; title: string; detail: string; error?: string } = PROBLEMS[refusal.kind];
  // A key with `scopes: []` is refused where no scope is demanded, too.
  const scope: { scope?: string } =
    refusal.kind === "insufficient_scope" && refusal.scopes.length > 0 ? { scope: refusal.scopes.join(" ") } : {};
  const body = JSON.stringify({ type: "about:blank", ...problem, ...scope });
  const headers: Record<string, string> = {
    "content-type": "application/problem+json",
    "cache-control": "no-store",
  };
  if (problem.status === 503) {
    headers["retry-after"] = String(RETRY_AFTER_SECONDS);
  }
  if (problem.status === 401 || CHALLENGED.includes(problem.error ?? "")) {
    headers["www-authenticate"] = challenge(realm, problem.error, scope.scope);
  }
  return { status: problem.status, headers, body };
}

function challenge(realm: string, error: string | undefined, scope: string | undefined): string {
  const parameters = Object.entries({ realm, error, scope }).filter(([, value]) => value !== undefined);
  return `Bearer ${parameters.map(([name, value]) => `${name}="${value}"`).join(", ")}`;
}
