// A whole Medusa shop with the plugin, and requests of its users and keys.

import { createHmac } from "node:crypto";
import { join } from "node:path";
import type { ApiKey } from "../../index.js";
import { AdminApi } from "../guards/admin-api";
import type { Configuration } from "../medusa/copy";
import { openShop, type Shop } from "../medusa/shop";

export const OURS = 'modules: [{ resolve: "medusa-api-key-native", options: { hashing: "sha256" } }],';
export const PLUGIN = 'plugins: [{ resolve: "medusa-api-key-native", options: {} }],';
const OVERLAYS = [join(__dirname, "../guards/overlay"), join(__dirname, "overlay")];
/** As harness/shop/command.js sets it. */
const JWT_SECRET = "a secret that signs the tests' tokens";
const ADA = { id: "user_ada", email: "ada@example.com", first_name: "Ada", last_name: "Lovelace" };

export interface Response {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: the tests look into it
  body: any;
}

export class Admin {
  private constructor(
    readonly shop: Shop,
    readonly keys: AdminApi,
  ) {}

  static async open(configuration: Partial<Configuration> = {}): Promise<Admin> {
    const shop = await openShop({
      ...{ apiKeys: "ours", overlays: OVERLAYS, modules: OURS, settings: PLUGIN },
      ...configuration,
    });
    await shop.database.query('INSERT INTO "user" (id, email, first_name, last_name) VALUES ($1, $2, $3, $4)', [
      ...[ADA.id, ADA.email, ADA.first_name, ADA.last_name],
    ]);
    return new Admin(shop, new AdminApi(shop));
  }

  /** Sends a request with a JSON body. `by` is a whole `Authorization` header. */
  async send(method: string, path: string, by: string | null, body?: unknown): Promise<Response> {
    const response = await fetch(this.shop.url + path, {
      method,
      headers: { "Content-Type": "application/json", ...(by !== null && { Authorization: by }) },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text.startsWith("{") ? JSON.parse(text) : text };
  }

  roll = (id: string, by: string | null, body: unknown = {}) =>
    this.send("POST", `/admin/api-keys/${id}/roll`, by, body);
  create = (by: string | null, body: unknown) => this.send("POST", "/admin/api-keys/limited", by, body);
  details = (id: string, by: string | null) => this.send("GET", `/admin/api-keys/${id}/details`, by);

  /** Creates a key in the server, secret unless the members say otherwise. */
  key = (members: object = {}): Promise<ApiKey> => this.keys.create(members);

  /** The rows of keys, oldest first, without the last use, which the server writes some time after a request. */
  rows(): Promise<{ id: string; title: string; created_by: string; revoked_by: string | null; revoked_at: Date }[]> {
    return this.shop.database.query(
      "SELECT (jsonb_populate_record(api_key, '{\"last_used_at\": null}')).* FROM api_key ORDER BY created_at, id",
      [],
    );
  }

  /** The sales channels of a key, by its live links. */
  async channelsOf(id: string): Promise<string[]> {
    const rows = await this.shop.database.query<{ id: string }>(
      `SELECT sales_channel_id AS id FROM publishable_api_key_sales_channel
       WHERE publishable_key_id = $1 AND deleted_at IS NULL ORDER BY 1`,
      [id],
    );
    return rows.map((row) => row.id);
  }

  /** The keys that have live links, in order. */
  async linked(): Promise<string[]> {
    const rows = await this.shop.database.query<{ id: string }>(
      `SELECT DISTINCT publishable_key_id AS id FROM publishable_api_key_sales_channel WHERE deleted_at IS NULL ORDER BY 1`,
      [],
    );
    return rows.map((row) => row.id);
  }

  /** Creates a publishable key with two sales channels, and returns it and them. */
  async publishable(): Promise<{ key: ApiKey; channels: string[] }> {
    const by = basic(await this.key());
    const key = await this.key({ type: "publishable", title: "Storefront" });
    const channels: string[] = [];
    for (const name of ["Web", "App"]) {
      const { body } = await this.send("POST", "/admin/sales-channels", by, { name });
      channels.push(body.sales_channel.id);
    }
    await this.send("POST", `/admin/api-keys/${key.id}/sales-channels`, by, { add: channels });
    return { key, channels: channels.sort() };
  }
}

/** The header of a key's token. */
export const basic = ({ token }: ApiKey): string => `Basic ${token}`;

/** The header of a user's session as a JWT, with roles of RBAC. */
export function user(roles?: string[]): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const expiry = Math.floor(Date.now() / 1000) + 3600;
  const payload = {
    ...{ actor_id: ADA.id, actor_type: "user", auth_identity_id: "authid_ada", exp: expiry },
    app_metadata: { user_id: ADA.id, ...(roles && { roles }) },
  };
  const signed = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(payload)}`;
  return `Bearer ${signed}.${createHmac("sha256", JWT_SECRET).update(signed).digest("base64url")}`;
}
