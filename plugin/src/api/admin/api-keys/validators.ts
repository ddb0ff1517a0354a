import { ApiKeyType } from "@medusajs/framework/utils";
import { z } from "@medusajs/framework/zod";

/** A hundred years, the longest time that the module accepts. */
const MAX_SECONDS = 3_155_760_000;
const MAX_ENTRIES = 100;

/** The body of `POST /admin/api-keys/:id/roll`. */
export const AdminRollApiKey = z.object({
  title: z.string().optional(),
  revoke_in: z.number().min(0).max(MAX_SECONDS).optional(),
});

/** The body of `POST /admin/api-keys/limited`. The module validates what each scope and address is. */
export const AdminCreateLimitedApiKey = z.object({
  title: z.string(),
  type: z.nativeEnum(ApiKeyType),
  expires_in: z.number().min(1).max(MAX_SECONDS).optional(),
  scopes: z.array(z.string()).max(MAX_ENTRIES).optional(),
  allowed_ips: z.array(z.string()).max(MAX_ENTRIES).optional(),
  owner: z.object({ type: z.string(), id: z.string() }).strict().optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
});

export type AdminRollApiKeyBody = z.infer<typeof AdminRollApiKey>;
export type AdminCreateLimitedApiKeyBody = z.infer<typeof AdminCreateLimitedApiKey>;
