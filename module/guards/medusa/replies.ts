import type { Refusal } from "../refusal";
import type { AdminResponse } from "./types";

const STATUS: Record<Refusal["kind"], number> = {
  missing: 401,
  invalid: 401,
  conflict: 400,
  insufficient_scope: 403,
  ip_not_allowed: 403,
  wrong_owner_type: 403,
  unavailable: 503,
};

const RETRY_AFTER_SECONDS = 5;

/** Sends a refusal in the shape of Medusa's errors. */
export function refuse(response: AdminResponse, refusal: Refusal): void {
  const { type, message } = describe(refusal);
  response.setHeader("Cache-Control", "no-store");
  if (refusal.kind === "insufficient_scope" && refusal.scopes.length > 0) {
    const scope = refusal.scopes.join(" ");
    response.setHeader("WWW-Authenticate", challenge("insufficient_scope", `, scope="${scope}"`));
  }
  if (refusal.kind === "unavailable") {
    response.setHeader("Retry-After", String(RETRY_AFTER_SECONDS));
  }
  response.status(STATUS[refusal.kind]).json({ type, message });
}

/** Sends Medusa's own response to a key that is not valid. */
export function reject(response: AdminResponse, status: number, body: unknown): void {
  response.setHeader("WWW-Authenticate", challenge("invalid_token"));
  response.status(status).json(body);
}

// Not `Basic`, for which browsers ask for a password.
function challenge(error: string, parameters = ""): string {
  return `Bearer realm="admin", error="${error}"${parameters}`;
}

function describe(refusal: Refusal): { type: string; message: string } {
  switch (refusal.kind) {
    case "missing":
    case "invalid":
      return { type: "unauthorized", message: "Unauthorized" };
    case "conflict":
      return { type: "invalid_data", message: "The request contains two different API keys" };
    case "insufficient_scope":
      return { type: "forbidden", message: lacking(refusal.scopes) };
    case "ip_not_allowed":
      return { type: "forbidden", message: "The API key must not be used from this address" };
    case "wrong_owner_type":
      return { type: "forbidden", message: "The owner of the API key is not a user" };
    case "unavailable":
      return { type: "unexpected_state", message: "API keys cannot be verified at the moment" };
  }
}

function lacking(scopes: readonly string[]): string {
  return scopes.length > 0
    ? `The API key lacks the scope ${scopes.join(", ")}`
    : "No scope permits a restricted API key to send this request";
}
