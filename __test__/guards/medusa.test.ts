// scopedAdminKeys on a whole Medusa server: every route of its Admin API with keys of every kind, and every way to another route.

import { join } from "node:path";
import { openShop, SHOP_TIMEOUT_MS, type Shop } from "../medusa/shop";
import { AdminApi, endOf } from "./admin-api";
import { PUBLIC, playMatrix, USERS_ONLY } from "./admin-matrix";
import { acceptInvitation, post } from "./becoming-admin";
import { exchange, rawStatus } from "./raw-http";

const OVERLAYS = [join(__dirname, "overlay")];
// Most of the time would go into deriving the hashes of a hundred keys.
const FAST = 'modules: [{ resolve: "medusa-api-key-native", options: { hashing: "sha256" } }],';

describe("[postgres] A Medusa server with scopedAdminKeys", () => {
  let shop: Shop;
  let api: AdminApi;
  let unrestricted: string;

  beforeAll(async () => {
    shop = await openShop({ apiKeys: "ours", overlays: OVERLAYS, modules: FAST });
    api = new AdminApi(shop);
    unrestricted = (await api.create()).token;
  }, SHOP_TIMEOUT_MS);
  afterAll(() => shop?.remove(), SHOP_TIMEOUT_MS);

  it(
    "lets each kind of key into exactly the routes that its scopes name, of all routes that it registers (M15)",
    async () => {
      const { wrong, routes, requests, counts } = await playMatrix(api, unrestricted, "handler");
      process.stdout.write(`Admin API: ${routes} routes, ${requests} requests: ${JSON.stringify(counts)}\n`);
      expect(wrong).toEqual([]);
      expect(routes).toBeGreaterThan(350);
      expect(requests).toBe(7 * routes);
      const names = (await api.routes()).map(({ method, path }) => `${method} ${path}`);
      expect(names).toEqual(expect.arrayContaining([...PUBLIC, ...USERS_ONLY, "GET /admin/things"]));
    },
    SHOP_TIMEOUT_MS,
  );

  it("responds to a refused request with Medusa's shape and the scope that is lacking", async () => {
    const { status, headers, body } = await api.send("POST", "/admin/products", await api.tokenWith("products:read"));
    expect({ status, body, challenge: headers.get("www-authenticate"), cache: headers.get("cache-control") }).toEqual({
      status: 403,
      body: { type: "forbidden", message: "The API key lacks the scope products:write" },
      challenge: 'Bearer realm="admin", error="insufficient_scope", scope="products:write"',
      cache: "no-store",
    });
  });

  it("shows the key to the handler as request.apiKey", async () => {
    const key = await api.create({ scopes: ["things:read"] });
    const { body } = await api.send("GET", "/admin/things", key.token);
    expect(body).toMatchObject({ key: key.id, scopes: ["things:read"] });
    expect((await api.send("GET", "/admin/things", unrestricted)).body).toMatchObject({ key: null });
  });

  it("accepts a restricted key as Bearer and in X-Api-Key, and an unrestricted one only as Medusa does", async () => {
    const restricted = await api.tokenWith("things:read");
    const ways: ((token: string) => Record<string, string>)[] = [
      (token) => ({ Authorization: `Bearer ${token}` }),
      (token) => ({ "X-Api-Key": token }),
      (token) => ({ Authorization: `Basic ${Buffer.from(`${token}:`).toString("base64")}` }),
    ];
    const statuses = (method: string, token: string) =>
      Promise.all(ways.map(async (way) => (await api.send(method, "/admin/things", null, way(token))).status));
    expect(await statuses("GET", restricted)).toEqual([200, 200, 200]);
    expect(await statuses("POST", restricted)).toEqual([403, 403, 403]);
    expect(await statuses("GET", unrestricted)).toEqual([401, 401, 200]);
  });

  it("refuses two different keys in one request", async () => {
    const other = { "X-Api-Key": await api.tokenWith("things:read") };
    expect(await api.send("GET", "/admin/things", unrestricted, other)).toMatchObject({
      status: 400,
      body: { type: "invalid_data", message: expect.stringMatching(/two different/) },
    });
  });

  it("rejects revoked and unknown keys as Medusa does", async () => {
    const unknown = await api.send("GET", "/admin/things", `sk_${"0".repeat(64)}`);
    expect([unknown.status, unknown.body]).toEqual([401, { message: "Unauthorized" }]);
    expect(unknown.headers.get("www-authenticate")).toBe('Bearer realm="admin", error="invalid_token"');
    expect((await api.send("GET", "/admin/things", null)).headers.get("www-authenticate")).toBeNull();
    const key = await api.create({ scopes: ["things:read"] });
    expect((await api.send("GET", "/admin/things", key.token)).status).toBe(200);
    await api.send("POST", `/admin/api-keys/${key.id}/revoke`, unrestricted, { "Content-Type": "application/json" });
    const revoked = await api.send("GET", "/admin/things", key.token);
    expect([revoked.status, revoked.body]).toEqual([401, unknown.body]);
  });

  it("refuses keys whose owner is not a user, whatever their scopes", async () => {
    const owner = { type: "seller", id: "sel_1" };
    for (const members of [{ owner }, { owner, scopes: ["*:*"] }, { owner, scopes: ["things:read"] }]) {
      const { token } = await api.create(members);
      expect(await api.send("GET", "/admin/things", token)).toMatchObject({
        status: 403,
        body: { type: "forbidden", message: expect.stringMatching(/owner/) },
      });
    }
    const { token } = await api.create({ owner: { type: "user", id: "user_ada" }, scopes: ["things:read"] });
    expect((await api.send("GET", "/admin/things", token)).status).toBe(200);
  });

  it("compares the client's address with allowed_ips", async () => {
    const here = await api.create({ allowed_ips: ["127.0.0.1"] });
    const elsewhere = await api.create({ allowed_ips: ["203.0.113.0/24"], scopes: ["*:*"] });
    expect((await api.send("GET", "/admin/users", here.token)).status).toBe(200);
    expect(await api.send("GET", "/admin/users", elsewhere.token)).toMatchObject({
      status: 403,
      body: { type: "forbidden", message: expect.stringMatching(/address/) },
    });
  });

  it("refuses single-use keys", async () => {
    const { token } = await api.create({ purpose: "password-reset", scopes: ["*:*"] });
    expect((await api.send("GET", "/admin/things", token)).status).toBe(401);
  });

  it.each([
    ["GET", "/ADMIN/Users"],
    ["GET", "/admin/users/"],
    ["GET", "/admin/users//"],
    ["GET", "/admin//users"],
    ["GET", "//admin/users"],
    ["GET", "/admin/./users"],
    ["GET", "/admin/%75sers"],
    ["GET", "/%61dmin/users"],
    ["GET", "/admin/%2e/users"],
    ["GET", "/admin/things/%2e%2e/users"],
    ["GET", "/admin/things%2f..%2fusers"],
    ["GET", "/admin/users?resource=things"],
    ["GET", "/admin/users?/admin/things"],
    ["GET", "/admin/users;things"],
    ["HEAD", "/admin/users"],
    ["OPTIONS", "/admin/users"],
    ["POST", "/admin/things"],
    ["PUT", "/admin/things"],
    ["DELETE", "/admin/things"],
    ["PATCH", "/admin/things"],
    ["OPTIONS", "/admin/things"],
    ["POST", "/admin/things?_method=GET"],
  ])("does not hand %s %s to a handler for a key with things:read", async (method, path) => {
    const reading = await api.tokenWith("things:read");
    const status = (headers: Record<string, string>) => rawStatus(shop.url, method, path, headers);
    const withScope = await status({ Authorization: `Basic ${reading}` });
    const withoutKey = await status({});
    // Either refused, or no route of the Admin API has the path at all, so that a key without limits gets no further.
    const withEverything = await status({ Authorization: `Basic ${unrestricted}` });
    if (withScope !== 403) expect([withScope, withEverything]).toEqual([404, 404]);
    expect([401, 404]).toContain(withoutKey);
  });

  it("ignores headers that claim another method or path", async () => {
    const reading = await api.tokenWith("things:read");
    for (const header of ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"]) {
      const posted = await api.send("POST", "/admin/things", reading, { [header]: "GET" });
      const read = await api.send("GET", "/admin/things", reading, { [header]: "POST" });
      expect([posted.status, read.status, read.body.written]).toEqual([403, 200, undefined]);
    }
    const writing = await api.tokenWith("things:write");
    for (const header of ["X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Path"]) {
      expect((await api.send("GET", "/admin/users", reading, { [header]: "/admin/things" })).status).toBe(403);
      expect((await api.send("GET", "/admin/things", writing, { [header]: "/admin/things" })).status).toBe(403);
    }
  });

  it("reads the resource of a route with a parameter from the path", async () => {
    expect((await api.send("GET", "/admin/wild/users", await api.tokenWith("wild:read"))).body).toEqual({
      name: "users",
    });
    expect((await api.send("GET", "/admin/wild/users", await api.tokenWith("users:read"))).status).toBe(403);
  });

  it("accepts the path in any case, as the router does", async () => {
    const reading = await api.tokenWith("things:read");
    for (const path of ["/admin/things/", "/ADMIN/THINGS", "/Admin/Things?x=1"]) {
      expect((await api.send("GET", path, reading)).status).toBe(200);
    }
    expect((await api.send("HEAD", "/admin/things", reading)).status).toBe(200);
  });

  it("keeps authenticate from returning restricted keys everywhere else (M15)", async () => {
    const [reading, other] = [await api.tokenWith("things:read"), await api.tokenWith("*:*")];
    expect([await api.authenticate(reading), await api.authenticate(other)]).toEqual([false, false]);
    const asked = (token: string, path = "/admin/things") => api.send("GET", `${path}?other=${other}`, token);
    // While another request is admitted, and within an admitted one.
    const answers = await Promise.all(
      Array.from({ length: 20 }, async () => [(await asked(reading)).body.other, await api.authenticate(reading)]),
    );
    expect(answers).toEqual(answers.map(() => [false, false]));
    expect((await asked(unrestricted)).body.other).toBe(false);
  });

  it("judges each of many simultaneous requests by its own key and path", async () => {
    const scopes = ["things:read", "things:write", "users:read", "products:read", "*:read"];
    const tokens = await Promise.all(scopes.map((scope) => api.tokenWith(scope)));
    const paths = ["/admin/things", "/admin/users?limit=1", "/admin/products?limit=1"];
    const requests = Array.from({ length: 150 }, (_, index) => ({
      scope: scopes[index % scopes.length] as string,
      token: tokens[index % scopes.length] as string,
      path: paths[(index * 7) % paths.length] as string,
    }));
    const ends = await Promise.all(
      requests.map(async ({ token, path }) => {
        const { status, body } = await api.send("GET", path, token);
        return endOf(status, body);
      }),
    );
    const expected = requests.map(({ scope, path }) => {
      const resource = (path.split(/[/?]/)[2] ?? "") as string;
      return scope === "*:read" || scope === `${resource}:read` ? "handler" : "guard";
    });
    expect(ends).toEqual(expected);
    expect(new Set(expected).size).toBe(2);
  });

  it("judges pipelined requests of one connection each by its own path", async () => {
    const token = await api.tokenWith("things:read");
    const request = (method: string, path: string, last = false) =>
      `${method} ${path} HTTP/1.1\r\nHost: shop\r\nAuthorization: Basic ${token}\r\n${last ? "Connection: close\r\n" : ""}Content-Length: 0\r\n\r\n`;
    const text = await exchange(
      shop.url,
      request("GET", "/admin/things") +
        request("GET", "/admin/users") +
        request("POST", "/admin/things") +
        request("GET", "/admin/things", true),
    );
    expect([...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status))).toEqual([200, 403, 403, 200]);
  });

  it("gives a key that another key creates no more than its creator has", async () => {
    const creator = await api.create({ scopes: ["api-keys:write", "things:read"] });
    const json = { "Content-Type": "application/json", Authorization: `Basic ${creator.token}` };
    const post = async (body: object) => {
      const response = await fetch(`${shop.url}/admin/api-keys`, {
        method: "POST",
        headers: json,
        body: JSON.stringify(body),
      });
      return { status: response.status, body: (await response.json()) as { api_key: { id: string; token: string } } };
    };
    const { status, body } = await post({ title: "Descendant", type: "secret" });
    expect(status).toBe(200);
    const { token } = body.api_key;
    expect((await api.send("GET", "/admin/things", token)).status).toBe(200);
    expect((await api.send("GET", "/admin/users", token)).status).toBe(403);
    expect((await api.send("GET", "/admin/api-keys", token)).status).toBe(403);
    expect(await api.authenticate(token)).toBe(false);
    // Medusa's route takes no scopes, so that none can be smuggled in.
    for (const more of [{ scopes: ["*:*"] }, { created_by: "user_ada" }, { id: "x" }]) {
      expect((await post({ title: "More", type: "secret", ...more })).status).toBe(400);
    }
    const stored = await shop.database.query<{ created_by: string }>("SELECT created_by FROM api_key WHERE id = $1", [
      body.api_key.id,
    ]);
    expect(stored).toEqual([{ created_by: creator.id }]);
  });

  it("shows invitations, which make admins, only to keys that may write them", async () => {
    await post(api, "/admin/invites", { email: "new@shop.test" }, { key: unrestricted });
    const [reader, writer] = [await api.tokenWith("*:read"), await api.tokenWith("invites:write")];
    expect(await api.send("GET", "/admin/invites", reader)).toMatchObject({
      status: 403,
      body: { message: "The API key lacks the scope invites:write" },
    });
    expect((await api.send("GET", "/admin/notifications", reader)).status).toBe(403);
    const { invites } = (await api.send("GET", "/admin/invites", writer)).body;
    // The reason for it: a person who has the token becomes an admin.
    expect(await acceptInvitation(api, invites[0].token, "reader@shop.test")).toBe(200);
  });

  it("runs and shows workflows only for keys with every right", async () => {
    const path = "/admin/workflows-executions/create-api-keys/run";
    const input = { api_keys: [{ title: "By a workflow", type: "secret", created_by: "user_ada" }] };
    const [all, some] = [
      await api.tokenWith("*:*"),
      await api.tokenWith("workflows-executions:*", "*:read", "*:write"),
    ];
    expect((await post(api, path, { input }, { key: some })).status).toBe(403);
    expect((await api.send("GET", "/admin/workflows-executions", some)).status).toBe(403);
    expect((await api.send("GET", "/admin/workflows-executions", all)).status).toBe(200);
    expect((await post(api, path, { input }, { key: all })).status).toBe(200);
  });

  it("leaves the routes outside the Admin API as they are", async () => {
    const all = await api.tokenWith("*:*");
    const asked = async (path: string, token: string | null) => {
      const { status, body } = await api.send("GET", path, token);
      return { status, body };
    };
    for (const path of ["/store/products", "/auth/user/emailpass", "/store/customers/me", "/health"]) {
      expect(await asked(path, all)).toEqual(await asked(path, null));
    }
  });

  it("responds with 503 while the database cannot be asked", async () => {
    const token = await api.tokenWith("things:read");
    await shop.database.query("ALTER TABLE api_key RENAME TO hidden");
    try {
      const { status, headers, body } = await api.send("GET", "/admin/things", token);
      expect({ status, type: body.type }).toEqual({ status: 503, type: "unexpected_state" });
      expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
    } finally {
      await shop.database.query("ALTER TABLE hidden RENAME TO api_key");
    }
    expect((await api.send("GET", "/admin/things", token)).status).toBe(200);
  });
});
