import type { ApiKeyModuleService } from "../service";
import type { ApiKey } from "../types";

/** TEMPORARY: what another branch adds to the service. */
export const agreed = (service: ApiKeyModuleService) =>
  service as unknown as {
    revoke(target: object, data: object): Promise<ApiKey | ApiKey[]>;
    revokeToken(token: string, data: { revoked_by: string }): Promise<void>;
    prune(data: { endedBefore: Date; limit?: number; dryRun?: boolean }): Promise<{ deleted: number }>;
  };
