// Hash keys and rows for tests of the scheme sha256.

import type { Implementation } from "../support/implementations";

/** A token in the form in which they are issued. */
export const TOKEN = `sk_${"0123456789abcdef".repeat(4)}`;

/** The salt of its row. */
export const SALT = "44de31ebcf085fa423fc584aa8540670";

/** The secrets of hash keys by their ids. */
export const SECRETS: Record<"2026-11" | "2025-06", Buffer> = {
  "2026-11": Buffer.alloc(32, "2026-11"),
  "2025-06": Buffer.alloc(48, "2025-06"),
};

/** Both keys, the newer one first. */
export const HASH_KEYS = [
  { id: "2026-11", secret: SECRETS["2026-11"].toString("hex") },
  { id: "2025-06", secret: SECRETS["2025-06"].toString("base64") },
];

/** Stores a secret key with a hash of TOKEN that another program computed. */
export const insertRow = (current: Implementation, { id, hash }: { id: string; hash: string }) =>
  current.sql(
    `INSERT INTO api_key (id, token, salt, redacted, title, type, created_by, created_at, updated_at)
     VALUES (?, ?, ?, 'sk_012***def', 'Imported', 'secret', 'user_1', '2020-01-01T00:00:00.000+00:00', '2020-01-01T00:00:00.000+00:00')`,
    [id, hash, SALT],
  );
