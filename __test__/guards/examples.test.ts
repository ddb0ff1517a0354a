// The examples with scopes and owners, over HTTP, as a user runs them.

import { describeOnEachDatabase } from "../support/databases";
import { type ExampleServer, startExample } from "./example-server";

const EXAMPLES = ["express-guard", "fastify", "hono"];
const TIMEOUT_MS = 60_000;

for (const name of EXAMPLES) {
  describeOnEachDatabase(`The example ${name}`, (database) => {
    let opened: Awaited<ReturnType<typeof database.create>>;
    let server: ExampleServer;
    let ada: string;
    let bob: string;

    beforeAll(async () => {
      opened = await database.create();
      server = await startExample(name, opened.url);
      const all = ["notes:read", "notes:write", "keys:read", "keys:write"];
      ada = await server.run("create-key.js", "organization", "org_ada", ...all);
      bob = await server.run("create-key.js", "organization", "org_bob", ...all);
    }, TIMEOUT_MS);
    afterAll(async () => {
      await server?.remove();
      await opened?.drop();
    }, TIMEOUT_MS);

    async function call(method: string, path: string, token: string | null, body?: object | string) {
      const response = await fetch(server.url + path, {
        method,
        headers: {
          ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === "" ? null : JSON.parse(text), headers: response.headers };
    }

    it("keeps each owner's notes to the owner's keys", async () => {
      const { status, body } = await call("POST", "/notes", ada, { text: "of Ada" });
      expect([status, body.note.text]).toEqual([201, "of Ada"]);
      const path = `/notes/${body.note.id}`;
      expect((await call("GET", "/notes", ada)).body.notes).toContainEqual(body.note);
      expect((await call("GET", path, ada)).body).toEqual({ note: body.note });
      expect((await call("GET", "/notes", bob)).body.notes).toEqual([]);
      expect((await call("GET", path, bob)).status).toBe(404);
    });

    it("lets an owner create keys with fewer scopes, which reach only the routes that ask for them", async () => {
      const { status, body, headers } = await call("POST", "/keys", ada, { title: "Reader", scopes: ["notes:read"] });
      expect([status, headers.get("cache-control")]).toEqual([201, "no-store"]);
      const { token, owner, scopes } = body.key;
      expect({ owner, scopes }).toEqual({ owner: { type: "organization", id: "org_ada" }, scopes: ["notes:read"] });
      expect((await call("GET", "/notes", token)).status).toBe(200);
      for (const [method, path, scope] of [
        ["POST", "/notes", "notes:write"],
        ["GET", "/keys", "keys:read"],
        ["POST", "/keys", "keys:write"],
        ["POST", "/keys/x/revoke", "keys:write"],
      ] as const) {
        expect(await call(method, path, token)).toMatchObject({
          status: 403,
          body: { error: "insufficient_scope", scope },
        });
      }
    });

    it("refuses to create a key with more scopes than its creator has, or with an invalid member", async () => {
      const { body } = await call("POST", "/keys", ada, { title: "Issuer", scopes: ["keys:write"] });
      const { token } = body.key;
      expect((await call("POST", "/keys", token, { title: "More", scopes: ["notes:read"] })).status).toBe(400);
      expect((await call("POST", "/keys", token, { title: "All", scopes: ["*:*"] })).status).toBe(400);
      expect((await call("POST", "/keys", token, { title: 5 })).status).toBe(400);
      const inherited = await call("POST", "/keys", token, { title: "Alike" });
      expect([inherited.status, inherited.body.key.scopes]).toEqual([201, ["keys:write"]]);
    });

    it("lists an owner's keys without their tokens, and revokes only those", async () => {
      const { body } = await call("POST", "/keys", ada, { title: "To revoke", scopes: ["notes:read"] });
      const { id, token } = body.key;
      const listed = (await call("GET", "/keys", ada)).body.keys;
      expect(listed.find((key: { id: string }) => key.id === id)).toMatchObject({ title: "To revoke", token: "" });
      const ofBob = (await call("GET", "/keys", bob)).body.keys;
      expect(ofBob.map((key: { owner: object }) => key.owner)).toEqual([{ type: "organization", id: "org_bob" }]);

      expect((await call("POST", `/keys/${id}/revoke`, bob)).status).toBe(404);
      expect((await call("GET", "/notes", token)).status).toBe(200);
      expect((await call("POST", `/keys/${id}/revoke`, ada)).status).toBe(204);
      expect((await call("GET", "/notes", token)).status).toBe(401);
    });

    it("refuses requests without a key, with an unknown key, and with one of another kind of owner", async () => {
      expect((await call("GET", "/notes", null)).status).toBe(401);
      expect((await call("GET", "/notes", `sk_${"0".repeat(64)}`)).status).toBe(401);
      const customer = await server.run("create-key.js", "customer", "cus_1", "notes:read");
      expect(await call("GET", "/notes", customer)).toMatchObject({ status: 403, body: { error: "wrong_owner_type" } });
    });

    it("responds with 404 to unknown routes, and with 400 to a body other than JSON", async () => {
      expect((await call("GET", "/nothing", ada)).status).toBe(404);
      expect((await call("POST", "/notes", ada, "{")).status).toBe(400);
    });

    it("exits successfully when it is stopped", async () => {
      expect(await server.stop()).toBe(0);
    });
  });
}
