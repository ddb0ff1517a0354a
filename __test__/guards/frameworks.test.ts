// requireApiKey over HTTP in each framework: what it accepts, and every response that refuses a request.

import type { ApiKeyModuleService, CreateApiKeyInput } from "../../index.js";
import { describeOurs } from "../support/implementations";
import { FRAMEWORKS, type GuardedServer } from "./frameworks";
import { exchange } from "./raw-http";
import { basic, bearer, type Sent, send } from "./sent";

const SECRET = { title: "Guarded", type: "secret", created_by: "user_ada" };
const FAST = { hashing: "sha256" };

for (const [name, start] of FRAMEWORKS) {
  describeOurs(
    `requireApiKey in ${name}`,
    (current) => {
      let server: GuardedServer;
      const service = () => current().service as unknown as ApiKeyModuleService;
      const create = (members: object = {}) => service().createApiKeys({ ...SECRET, ...members } as CreateApiKeyInput);

      beforeAll(async () => {
        server = await start(service());
      });
      afterAll(() => server?.close());

      it("accepts a token as Bearer, as Basic in the forms that Medusa accepts, and in X-Api-Key", async () => {
        const { id, token } = await create();
        const presented: Record<string, string>[] = [
          { Authorization: `Bearer ${token}` },
          { Authorization: `bearer ${token}` },
          { Authorization: `Basic ${token}` },
          { Authorization: `Basic ${token}:` },
          { Authorization: basic(token) },
          { Authorization: basic(`${token}:`) },
          { "X-Api-Key": token },
          { Authorization: `Bearer ${token}`, "X-Api-Key": token },
          { Authorization: basic("proxy:password"), "X-Api-Key": token },
        ];
        for (const headers of presented) {
          const { status, body } = await send(server, "/whoami", { headers });
          expect([status, body.id]).toEqual([200, id]);
        }
      });

      it("responds with 401 and no error code to a request without a key", async () => {
        for (const headers of [{}, { Authorization: "Digest x" }, { Authorization: "Bearer" }, { "X-Api-Key": " " }]) {
          const { status, challenge, type, body } = await send(server, "/whoami", { headers } as Sent);
          expect({ status, challenge, body }).toEqual({
            status: 401,
            challenge: 'Bearer realm="api"',
            body: { type: "about:blank", status: 401, title: "Unauthorized", detail: "An API key is required." },
          });
          expect(type).toMatch(/^application\/problem\+json/);
        }
      });

      it("responds alike to unknown, revoked, expired, deleted and publishable keys, and to a password", async () => {
        const [revoked, deleted, expired] = [await create(), await create(), await create({ expires_in: 0.001 })];
        await service().revoke(revoked.id);
        await service().softDeleteApiKeys(deleted.id);
        const publishable = await service().createApiKeys({ ...SECRET, type: "publishable" });
        const unknown = `sk_${"0".repeat(64)}`;
        await new Promise((resolve) => setTimeout(resolve, 20));
        const tokens = [unknown, revoked.token, deleted.token, expired.token, publishable.token, "x", "sk_"];
        const responses = await Promise.all([
          ...tokens.map((token) => send(server, "/whoami", bearer(token))),
          send(server, "/whoami", { headers: { Authorization: basic(`${(await create()).token}:password`) } }),
          send(server, "/products", bearer(unknown)),
          send(server, "/sellers", bearer(revoked.token)),
        ]);
        const [first] = responses;
        expect(first).toMatchObject({
          status: 401,
          challenge: 'Bearer realm="api", error="invalid_token"',
          body: { type: "about:blank", status: 401, title: "Unauthorized", error: "invalid_token" },
        });
        expect(responses.map(({ status, challenge, text }) => ({ status, challenge, text }))).toEqual(
          responses.map(() => ({ status: 401, challenge: first?.challenge, text: first?.text })),
        );
      });

      it("ignores a key in the URL", async () => {
        const { token } = await create();
        for (const name of ["api_key", "apikey", "access_token", "token", "x-api-key", "authorization"]) {
          expect((await send(server, `/whoami?${name}=${token}`)).status).toBe(401);
        }
      });

      it("responds with 400 to two different keys in one request, even if both are valid", async () => {
        const [one, other] = [await create(), await create()];
        for (const authorization of [`Bearer ${one.token}`, basic(`${one.token}:`), "Bearer x"]) {
          const { status, challenge, body } = await send(server, "/whoami", {
            headers: { Authorization: authorization, "X-Api-Key": other.token },
          });
          expect({ status, challenge, error: body.error }).toEqual({
            status: 400,
            challenge: 'Bearer realm="api", error="invalid_request"',
            error: "invalid_request",
          });
        }
      });

      it("does not choose between two Authorization headers with different keys", async () => {
        const [one, other] = [(await create()).token, (await create()).token];
        for (const [first, second] of [
          [one, other],
          [one, `${one}x`],
        ]) {
          const lines = [first, second].map((token) => `Authorization: Bearer ${token}\r\n`).join("");
          const text = await exchange(
            server.url,
            `GET /whoami HTTP/1.1\r\nHost: shop\r\n${lines}Connection: close\r\n\r\n`,
          );
          expect(text).toMatch(/^HTTP\/1\.1 400/);
        }
      });

      it("accepts a key exactly on the routes whose scopes it has, and names the scopes that it lacks", async () => {
        const routes: [method: string, path: string, scopes: string][] = [
          ["GET", "/products", "products:read"],
          ["POST", "/products", "products:write"],
          ["GET", "/reports", "products:read orders:read"],
        ];
        const accepted: [scopes: string[] | undefined, routes: number[]][] = [
          [undefined, [0, 1, 2]],
          [[], []],
          [["products:read"], [0]],
          [["products:write"], [1]],
          [["products:*"], [0, 1]],
          [["*:read"], [0, 2]],
          [
            ["products:read", "orders:read"],
            [0, 2],
          ],
          [["*:*"], [0, 1, 2]],
          [["orders:read", "product:read", "products:reads"], []],
        ];
        for (const [scopes, indexes] of accepted) {
          const { id, token } = await create(scopes && { scopes });
          for (const [index, [method, path, demanded]] of routes.entries()) {
            const { status, challenge, body } = await send(server, path, { method, ...bearer(token) });
            if (indexes.includes(index)) {
              expect({ status, body }).toEqual({ status: 200, body: { id, owner: null, scopes: scopes ?? null } });
            } else {
              expect({ status, challenge, body }).toMatchObject({
                status: 403,
                challenge: `Bearer realm="api", error="insufficient_scope", scope="${demanded}"`,
                body: { status: 403, title: "Forbidden", error: "insufficient_scope", scope: demanded },
              });
            }
          }
          // A key without any scope may do nothing, not even what asks for none.
          const whoami = await send(server, "/whoami", bearer(token));
          expect([whoami.status, whoami.body.scope]).toEqual([scopes?.length === 0 ? 403 : 200, undefined]);
        }
      });

      it("accepts only keys whose owner has the demanded type", async () => {
        const owner = { type: "seller", id: "sel_1" };
        const [seller, customer, none] = [
          await create({ owner }),
          await create({ owner: { ...owner, type: "customer" } }),
          await create(),
        ];
        expect(await send(server, "/sellers", bearer(seller.token))).toMatchObject({ status: 200, body: { owner } });
        for (const { token } of [customer, none]) {
          const { status, challenge, body } = await send(server, "/sellers", bearer(token));
          expect({ status, challenge, error: body.error }).toEqual({
            status: 403,
            challenge: null,
            error: "wrong_owner_type",
          });
        }
      });

      it("compares the client's address with allowed_ips, by default the address of the connection", async () => {
        const [here, elsewhere] = [
          await create({ allowed_ips: ["127.0.0.0/8"] }),
          await create({ allowed_ips: ["203.0.113.7"] }),
        ];
        expect((await send(server, "/whoami", bearer(here.token))).status).toBe(200);
        expect(await send(server, "/whoami", bearer(elsewhere.token))).toMatchObject({
          status: 403,
          challenge: null,
          body: { error: "ip_not_allowed" },
        });
        // A forwarded address counts only where the server is configured to trust it.
        const forged = { ...bearer(elsewhere.token).headers, "X-Forwarded-For": "203.0.113.7" };
        expect((await send(server, "/whoami", { headers: forged })).status).toBe(403);
      });

      it("takes the client's address from the option ip, and refuses such keys without an address", async () => {
        const { token } = await create({ allowed_ips: ["203.0.113.0/24"] });
        const proxied = await start(service(), { addressInHeader: true });
        try {
          const from = async (address: string | null) =>
            (
              await send(proxied, "/whoami", {
                headers: { ...bearer(token).headers, ...(address === null ? {} : { "X-Client-Address": address }) },
              })
            ).status;
          expect(await from("203.0.113.9")).toBe(200);
          expect(await from("::ffff:203.0.113.9")).toBe(200);
          expect(await from("198.51.100.1")).toBe(403);
          expect(await from("203.0.113.9, 198.51.100.1")).toBe(403);
          expect(await from("unknown")).toBe(403);
          expect(await from(null)).toBe(403);
        } finally {
          await proxied.close();
        }
      });

      it("names the realm of the options", async () => {
        const other = await start(service(), { realm: "shop" });
        expect((await send(other, "/whoami")).challenge).toBe('Bearer realm="shop"');
        await other.close();
      });

      it("responds to HEAD as to GET, without a body", async () => {
        const { token } = await create({ scopes: [] });
        const refused = await send(server, "/products", { method: "HEAD", ...bearer(token) });
        expect([refused.status, refused.text]).toEqual([403, ""]);
        expect(refused.challenge).toMatch(/insufficient_scope/);
      });

      it("shows no token in a body or header, and forbids caches to keep a refusal", async () => {
        const { token } = await create({ scopes: [], owner: { type: "seller", id: "1" } });
        const requests: [string, Sent][] = [
          ["/whoami", bearer(`${token}x`)],
          ["/products", bearer(token)],
          ["/products", { headers: { Authorization: `Bearer ${token}`, "X-Api-Key": `${token}y` } }],
          ["/whoami", bearer(token)],
        ];
        for (const [path, sent] of requests) {
          const { status, text, headers } = await send(server, path, sent);
          expect(text + JSON.stringify([...headers])).not.toContain(token.slice(3, 20));
          if (status !== 200) expect(headers.get("cache-control")).toBe("no-store");
        }
      });
    },
    FAST,
  );
}
