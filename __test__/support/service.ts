// The service as a caller sees it, in both implementations. Inputs are `object` where the published types are narrower: suites also pass
// what those types would refuse.

import type {
  ApiKeyModuleHealth,
  ApiKeyModuleStatus,
  DeclaredApiKey,
  PrunedApiKeys,
  ApiKey as PublicApiKey,
  Redemption,
  Verification,
} from "../../index.js";
import { SHOWN } from "./declaration";

/** A key as a result contains it. */
export interface ApiKey extends PublicApiKey {
  /** Only after a creation. */
  salt?: undefined;
}

/** One key for each element of an array literal. */
type KeyOfEach<Elements extends readonly object[]> = { -readonly [Index in keyof Elements]: ApiKey };

/** The columns of this package's results, in their order; `salt` only after a creation. */
export const COLUMNS = SHOWN.map(({ name }) => name);

/** The columns of stock's results, in their order. A column that this package adds is not among them. */
export const STOCK_COLUMNS = [
  ...["id", "token", "redacted", "title", "type", "last_used_at", "created_by"],
  ...["revoked_by", "revoked_at", "created_at", "updated_at", "deleted_at"],
];

/** What stock and this package have in common. */
export interface Service {
  createApiKeys<const Elements extends readonly object[]>(
    data: Elements,
    context?: object,
  ): Promise<KeyOfEach<Elements>>;
  createApiKeys(data: object, context?: object): Promise<ApiKey>;
  upsertApiKeys<const Elements extends readonly object[]>(
    data: Elements,
    context?: object,
  ): Promise<KeyOfEach<Elements>>;
  upsertApiKeys(data: object, context?: object): Promise<ApiKey>;
  updateApiKeys(id: string, data: object, context?: object): Promise<ApiKey>;
  updateApiKeys(selector: object, data: object, context?: object): Promise<ApiKey[]>;
  retrieveApiKey(id: string, config?: object, context?: object): Promise<ApiKey>;
  listApiKeys(filters?: object, config?: object, context?: object): Promise<ApiKey[]>;
  listAndCountApiKeys(filters?: object, config?: object, context?: object): Promise<[ApiKey[], number]>;
  deleteApiKeys(ids: string | string[], context?: object): Promise<void>;
  softDeleteApiKeys(targets: string | object, config?: object, context?: object): Promise<Record<string, string[]>>;
  restoreApiKeys(targets: string | object, config?: object, context?: object): Promise<Record<string, string[]>>;
  revoke(id: string, data: object, context?: object): Promise<ApiKey>;
  revoke(selector: object, data: object, context?: object): Promise<ApiKey[]>;
  authenticate(token: string, context?: object): Promise<ApiKey | false>;
}

/** The data of a revocation that returns a list for any target. */
type Extended = Record<string, unknown> & ({ cascade: true } | { dry_run: true });

/** What this package has beyond stock (M1, M4, M16, M17, M18). */
export interface OurService extends Service {
  create: Service["createApiKeys"];
  list: Service["listApiKeys"];
  revoke(target: string | object, data: Extended, context?: object): Promise<ApiKey[]>;
  revoke(id: string, data?: object, context?: object): Promise<ApiKey>;
  revoke(selector: object, data?: object, context?: object): Promise<ApiKey[]>;
  revokeToken(token: string, data: object, context?: object): Promise<void>;
  prune(settings: object, context?: object): Promise<PrunedApiKeys>;
  verify(token: string, demand?: object, context?: object): Promise<Verification>;
  rollApiKeys(id: string, data: object, context?: object): Promise<{ revoked: ApiKey; created: ApiKey }>;
  ensureApiKeys(data: readonly object[], options?: object, context?: object): Promise<DeclaredApiKey[]>;
  ensureApiKeys(data: object, options?: object, context?: object): Promise<DeclaredApiKey>;
  importApiKeys(data: readonly object[], context?: object): Promise<DeclaredApiKey[]>;
  importApiKeys(data: object, context?: object): Promise<DeclaredApiKey>;
  redeem(token: string, data: object, context?: object): Promise<Redemption>;
  status(): Promise<ApiKeyModuleStatus>;
  ping(): Promise<ApiKeyModuleHealth>;
  migrate(): Promise<void>;
  close(): Promise<void>;
}

/** The three fields that a creation needs, for a secret key. */
export const SECRET = { title: "A secret key", type: "secret", created_by: "user_1" } as const;

/** The three fields that a creation needs, for a publishable key. */
export const PUBLISHABLE = { title: "A publishable key", type: "publishable", created_by: "user_1" } as const;

/** A value of a type that the published types refuse, as a JavaScript caller can pass it. */
export const untyped = (value: unknown): never => value as never;
