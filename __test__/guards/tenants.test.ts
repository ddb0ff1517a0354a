// Random owners, keys and requests against the examples, whose data are each of one owner.

import fc from "fast-check";
import type { ApiKeyModuleService, CreateApiKeyInput } from "../../index.js";
import { describeOnEachDatabase } from "../support/databases";
import { openService } from "../support/ours";
import { type ExampleServer, startExample } from "./example-server";

const EXAMPLES = ["express-guard", "fastify", "hono"];
const RUNS = 20;
const TIMEOUT_MS = 120_000;
const SCOPES = ["notes:read", "notes:write", "keys:read", "keys:write"];

/** A key that the test holds, with its state in the model. */
interface Held {
  id: string;
  token: string;
  owner: string;
  scopes: string[] | null;
  revoked: boolean;
}

const scopes = fc.option(fc.uniqueArray(fc.constantFrom(...SCOPES, "notes:*", "*:read", "*:*"), { maxLength: 3 }), {
  freq: 6,
});
const tenants = fc.array(fc.array(scopes, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 4 });
const pick = fc.nat(1_000);
const request = fc.record({
  key: pick,
  kind: fc.constantFrom("listNotes", "findNote", "addNote", "listKeys", "createKey", "revokeKey"),
  target: pick,
  scopes,
  presented: fc.constantFrom("bearer", "basic", "header", "query", "conflict"),
});
type Requested = typeof request extends fc.Arbitrary<infer Value> ? Value : never;

const DEMANDED = {
  listNotes: "notes:read",
  findNote: "notes:read",
  addNote: "notes:write",
  listKeys: "keys:read",
  createKey: "keys:write",
  revokeKey: "keys:write",
};

const covers = (held: string[] | null, demanded: string) =>
  held === null ||
  held.some((scope) => scope.split(":").every((part, index) => part === "*" || part === demanded.split(":")[index]));

for (const name of EXAMPLES) {
  describeOnEachDatabase(`Tenants of the example ${name}`, (database) => {
    let opened: Awaited<ReturnType<typeof database.create>>;
    let server: ExampleServer;
    let service: ApiKeyModuleService;
    let runs = 0;

    beforeAll(async () => {
      opened = await database.create();
      server = await startExample(name, opened.url);
      service = openService(opened.url, { hashing: "sha256" }) as unknown as ApiKeyModuleService;
    }, TIMEOUT_MS);
    afterAll(async () => {
      await service?.close();
      await server?.remove();
      await opened?.drop();
    }, TIMEOUT_MS);

    it(
      "never receive data of another tenant, and are refused exactly what their scopes lack",
      async () => {
        const statuses = new Set<number>();
        await fc.assert(
          fc.asyncProperty(tenants, fc.array(request, { minLength: 20, maxLength: 40 }), async (owners, requests) => {
            const world = await World.create(service, server.url, owners, runs++);
            for (const requested of requests) statuses.add(await world.play(requested));
          }),
          { numRuns: RUNS },
        );
        expect([...statuses].sort()).toEqual([200, 201, 204, 400, 401, 403, 404]);
      },
      TIMEOUT_MS,
    );
  });
}

/** Owners with their keys and notes, and the requests that they send. */
class World {
  readonly #keys: Held[] = [];
  readonly #notes: { id: string; owner: string }[] = [];

  private constructor(readonly url: string) {}

  /** Creates the owners' keys. The owners' ids are found in all of their data, so that a leak is visible. */
  static async create(
    service: ApiKeyModuleService,
    url: string,
    owners: (string[] | null)[][],
    run: number,
  ): Promise<World> {
    const world = new World(url);
    for (const [index, keys] of owners.entries()) {
      const owner = `org_${run}_${index}_marked`;
      for (const scopes of keys) {
        const input = {
          title: `of ${owner}`,
          type: "secret",
          created_by: "tests",
          owner: { type: "organization", id: owner },
          ...(scopes === null ? {} : { scopes }),
        };
        const { id, token } = await service.createApiKeys(input as CreateApiKeyInput);
        world.#keys.push({ id, token, owner, scopes, revoked: false });
      }
    }
    return world;
  }

  /** Sends a request, checks its response against the model, and returns its status. */
  async play({ key: chosen, kind, target, scopes, presented }: Requested): Promise<number> {
    const key = this.#keys[chosen % this.#keys.length] as Held;
    const { method, path, body } = this.#requestOf(kind, target, key, scopes);
    const response = await fetch(this.url + path + (presented === "query" ? `?api_key=${key.token}` : ""), {
      method,
      headers: { ...this.#credentials(key, presented), ...(body && { "Content-Type": "application/json" }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const foreign = [...text.matchAll(/org_\d+_\d+_marked/g)].filter(([owner]) => owner !== key.owner);
    expect(foreign).toEqual([]);
    expect(response.status).toBe(this.#expected(key, kind, target, scopes, presented));
    if (response.ok && text !== "") this.#learn(key, kind, JSON.parse(text));
    if (response.status === 204) this.#target(target).revoked = true;
    return response.status;
  }

  #requestOf(kind: Requested["kind"], target: number, key: Held, scopes: string[] | null) {
    switch (kind) {
      case "listNotes":
        return { method: "GET", path: "/notes" };
      case "findNote":
        return { method: "GET", path: `/notes/${this.#note(target)?.id ?? "note_0"}` };
      case "addNote":
        return { method: "POST", path: "/notes", body: { text: `of ${key.owner}` } };
      case "listKeys":
        return { method: "GET", path: "/keys" };
      case "createKey":
        return { method: "POST", path: "/keys", body: { title: `of ${key.owner}`, ...(scopes && { scopes }) } };
      case "revokeKey":
        return { method: "POST", path: `/keys/${this.#target(target).id}/revoke` };
    }
  }

  #credentials({ token }: Held, presented: Requested["presented"]): Record<string, string> {
    switch (presented) {
      case "bearer":
        return { Authorization: `Bearer ${token}` };
      case "basic":
        return { Authorization: `Basic ${Buffer.from(`${token}:`).toString("base64")}` };
      case "header":
        return { "X-Api-Key": token };
      case "query":
        return {};
      case "conflict":
        return { Authorization: `Bearer ${token}`, "X-Api-Key": (this.#keys[0] as Held).token };
    }
  }

  #expected(key: Held, kind: Requested["kind"], target: number, scopes: string[] | null, presented: string): number {
    if (presented === "query") return 401;
    if (presented === "conflict" && key !== this.#keys[0]) return 400;
    if (key.revoked) return 401;
    if (!covers(key.scopes, DEMANDED[kind])) return 403;
    switch (kind) {
      case "findNote":
        return this.#note(target)?.owner === key.owner ? 200 : 404;
      case "addNote":
        return 201;
      case "createKey":
        return scopes === null || scopes.every((scope) => covers(key.scopes, scope)) ? 201 : 400;
      case "revokeKey": {
        const { owner, revoked } = this.#target(target);
        return owner === key.owner ? (revoked ? 400 : 204) : 404;
      }
      default:
        return 200;
    }
  }

  #learn(key: Held, kind: Requested["kind"], body: { note?: { id: string }; key?: Held; notes?: { id: string }[] }) {
    if (kind === "addNote") this.#notes.push({ id: (body.note as { id: string }).id, owner: key.owner });
    if (kind === "createKey") {
      const { id, token, scopes } = body.key as Held;
      this.#keys.push({ id, token, owner: key.owner, scopes: scopes ?? null, revoked: false });
    }
    if (kind === "listNotes") {
      const ids = this.#notes.filter(({ owner }) => owner === key.owner).map(({ id }) => id);
      expect(body.notes?.map(({ id }) => id)).toEqual(ids);
    }
  }

  #note(target: number) {
    return this.#notes[target % Math.max(1, this.#notes.length)];
  }

  #target(target: number): Held {
    return this.#keys[target % this.#keys.length] as Held;
  }
}
