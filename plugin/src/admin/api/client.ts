import Medusa from "@medusajs/js-sdk";

// Medusa's bundler replaces these with the dashboard's settings.
declare const __BACKEND_URL__: string | undefined;
declare const __AUTH_TYPE__: "session" | "jwt" | undefined;
declare const __JWT_TOKEN_STORAGE_KEY__: string | undefined;

const jwtTokenStorageKey = __JWT_TOKEN_STORAGE_KEY__ || undefined;

/** The client of the Admin API, authenticated as the dashboard is. */
export const sdk = new Medusa({
  baseUrl: __BACKEND_URL__ || "/",
  auth: { type: __AUTH_TYPE__ ?? "session", ...(jwtTokenStorageKey !== undefined && { jwtTokenStorageKey }) },
});
