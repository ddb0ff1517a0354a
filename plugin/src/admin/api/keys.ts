import { useMutation, useQuery } from "@tanstack/react-query";
import { sdk } from "./client";

/** A key, as the routes of this plugin return it. */
export interface ApiKey {
  id: string;
  title: string;
  type: "secret" | "publishable";
  redacted: string;
  last_used_at: string | null;
  created_at: string;
  created_by: string;
  revoked_at: string | null;
  revoked_by: string | null;
  scopes?: string[];
  allowed_ips?: string[];
  owner?: { type: string; id: string };
  purpose?: string;
}

/** Who created or revoked a key. */
export interface Actor {
  id: string;
  type: "user" | "api_key" | "unknown";
  name: string | null;
  email: string | null;
}

export interface ApiKeyDetails {
  api_key: ApiKey;
  creator: Actor | null;
  revoker: Actor | null;
}

/** A key with its token, which no later response contains if it is secret. */
export type NewApiKey = ApiKey & { token: string };

export interface RollInput {
  title: string;
  revoke_in: number;
}

export interface CreateInput {
  title: string;
  type: ApiKey["type"];
  expires_in?: number;
  scopes?: string[];
  allowed_ips?: string[];
}

/** Reads a key's details; `version` is anything that differs after a change of the key. */
export const useApiKeyDetails = (id: string, version: unknown) =>
  useQuery({
    queryKey: ["medusa-api-key-native", "details", id, version],
    queryFn: () => sdk.client.fetch<ApiKeyDetails>(`/admin/api-keys/${encodeURIComponent(id)}/details`),
    retry: false,
  });

export const useRollApiKey = (id: string) =>
  useMutation({
    mutationFn: (body: RollInput) =>
      sdk.client.fetch<{ api_key: NewApiKey }>(`/admin/api-keys/${encodeURIComponent(id)}/roll`, {
        method: "POST",
        body,
      }),
  });

export const useCreateApiKey = () =>
  useMutation({
    mutationFn: (body: CreateInput) =>
      sdk.client.fetch<{ api_key: NewApiKey }>("/admin/api-keys/limited", { method: "POST", body }),
  });
