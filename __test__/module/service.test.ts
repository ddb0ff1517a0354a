import type { Written } from "../../module/outcome";
import { ApiKeyModuleService } from "../../module/service";
import { sampleRow } from "./sample-row";

const mockCalls: [name: string, args: unknown[]][] = [];
const mockAnswers: Record<string, unknown> = {};

// Rust's results are given here, except the declared columns: the subject is what TypeScript makes of them.
jest.mock(
  "../../binding",
  () => {
    function NativeApiKeyService(settings: string, _onEvent: unknown, wake: () => void) {
      mockCalls.push(["constructor", [settings]]);
      let lastTicket = 0;
      const target: Record<string, (...args: never[]) => unknown> = {
        failure: () => null,
        status: () => JSON.stringify({ answers: "strict" }),
        ask: (kind: string, _demand: string, _now: number, firstTicket: number, tokens: string[]) => {
          mockCalls.push(["ask", [kind, tokens]]);
          lastTicket = firstTicket;
          queueMicrotask(wake);
        },
        takeAnswers: () => [JSON.stringify([[lastTicket, mockAnswers.ask]])],
      };
      return new Proxy(target, {
        get: (_, name: string) =>
          target[name] ??
          (async (...args: unknown[]) => {
            mockCalls.push([name, args]);
            return JSON.stringify({ value: mockAnswers[name] ?? null });
          }),
      });
    }
    const { declaredColumns } = jest.requireActual<typeof import("../../binding")>("../../binding").NativeApiKeyService;
    return { NativeApiKeyService: Object.assign(NativeApiKeyService, { declaredColumns }) };
  },
  { virtual: true },
);

const row = (id: string) => sampleRow({ id, token: "", updated_at: 6 });

function written(part: Partial<Written>): Written {
  return { keys: [], created: [], updated: [], superseded: [], deleted: [], ...part };
}

function inMedusa() {
  const event_bus = { emit: jest.fn() };
  const service = new ApiKeyModuleService({ event_bus }, { databaseUrl: "sqlite::memory:" }, { scope: "internal" });
  const events = () =>
    event_bus.emit.mock.calls.map(([messages]) =>
      messages.map((message: { name: string; data: { id: string } }) => `${message.name.slice(16)} ${message.data.id}`),
    );
  return { service, events };
}

const WISH = { title: "CI", type: "secret", created_by: "u" } as const;
const PAGE = { keys: [row("apk_1")], columns: null, count: 7 };

describe("the service", () => {
  beforeEach(() => {
    mockCalls.length = 0;
    for (const name of Object.keys(mockAnswers)) {
      delete mockAnswers[name];
    }
  });

  it("treats one argument as standalone options and several as Medusa's", () => {
    new ApiKeyModuleService({ hashQueueLimit: 5 });
    new ApiKeyModuleService({}, { hashQueueLimit: 5, database: { clientUrl: "postgres://h/d" } } as object);
    expect(mockCalls.map(([, [settings]]) => JSON.parse(settings as string))).toEqual([
      { databaseUrl: "sqlite:api-keys.db", hashQueueLimit: 5 },
      { migrate: false, schema: "public", databaseUrl: "postgres://h/d", hashQueueLimit: 5, inMedusa: true },
    ]);
  });

  it("offers only its documented methods to subclasses (A36)", () => {
    const methods = Object.getOwnPropertyNames(ApiKeyModuleService.prototype);

    expect(Object.getOwnPropertyNames(ApiKeyModuleService).sort()).toEqual(["length", "name", "prototype"]);
    expect(methods.filter((name) => name.endsWith("_"))).toEqual(["MedusaContextIndex_"]);
  });

  it("has methods that declare 0 to 3 parameters (A16)", () => {
    const { service } = inMedusa();
    const declared = (...names: (keyof ApiKeyModuleService)[]) =>
      names.map((name) => (service[name] as unknown as { length: number }).length);

    expect(declared("migrate", "status", "close")).toEqual([0, 0, 0]);
    expect(declared("createApiKeys", "create", "upsertApiKeys", "deleteApiKeys", "authenticate")).toEqual(
      Array(5).fill(2),
    );
    expect(
      declared(
        ...(["updateApiKeys", "retrieveApiKey", "listApiKeys", "list", "listAndCountApiKeys"] as const),
        ...(["softDeleteApiKeys", "restoreApiKeys", "revoke", "rollApiKeys", "ensureApiKeys", "redeem"] as const),
      ),
    ).toEqual(Array(11).fill(3));
  });

  it("returns one key for one and an array for an array", async () => {
    const { service } = inMedusa();
    for (const name of ["createApiKeys", "upsertApiKeys", "updateApiKeys", "revoke"]) {
      mockAnswers[name] = written({ keys: [row("apk_1")] });
    }
    const one = expect.objectContaining({ id: "apk_1" });
    await expect(service.createApiKeys(WISH)).resolves.toEqual(one);
    await expect(service.createApiKeys([WISH])).resolves.toEqual([one]);
    await expect(service.upsertApiKeys({ id: "apk_1", title: "b" })).resolves.toEqual(one);
    await expect(service.upsertApiKeys([{ id: "apk_1", title: "b" }])).resolves.toEqual([one]);
    await expect(service.updateApiKeys("apk_1", { title: "b" })).resolves.toEqual(one);
    await expect(service.updateApiKeys({ id: "apk_1" }, { title: "b" })).resolves.toEqual([one]);
    await expect(service.revoke("apk_1", { revoked_by: "u" })).resolves.toEqual(one);
    await expect(service.revoke({ id: ["apk_1"] }, { revoked_by: "u" })).resolves.toEqual([one]);
  });

  it("publishes the changes of each write except a restoration", async () => {
    const { service, events } = inMedusa();
    mockAnswers.upsertApiKeys = written({ created: ["c"], updated: ["u"], keys: [row("c"), row("u")] });
    mockAnswers.rollApiKeys = { revoked: row("old"), created: row("new") };
    mockAnswers.revoke = written({ updated: ["r"], keys: [row("r")] });
    mockAnswers.deleteApiKeys = written({ deleted: ["d"] });
    mockAnswers.softDeleteApiKeys = written({ deleted: ["s"] });
    mockAnswers.restoreApiKeys = written({ updated: ["s"] });
    await service.upsertApiKeys([WISH, { id: "u", title: "b" }]);
    await service.rollApiKeys("old", { revoked_by: "u" });
    await service.revoke("r", { revoked_by: "u" });
    await expect(service.deleteApiKeys("d")).resolves.toBeUndefined();
    await service.softDeleteApiKeys("s");
    await service.restoreApiKeys("s");
    expect(events()).toEqual([
      ["created c", "updated u"],
      ["updated old", "created new"],
      ["updated r"],
      ["deleted d"],
      ["deleted s"],
    ]);
  });

  it("returns soft-deleted and restored ids under linkable names", async () => {
    const { service } = inMedusa();
    mockAnswers.softDeleteApiKeys = written({ deleted: ["a", "b"] });
    mockAnswers.restoreApiKeys = written({});
    const both = { api_key_id: ["a", "b"], publishable_key_id: ["a", "b"] };
    await expect(service.softDeleteApiKeys(["a", "b"])).resolves.toStrictEqual(both);
    await expect(service.softDeleteApiKeys({}, null)).resolves.toStrictEqual(both);
    await expect(service.softDeleteApiKeys({}, { returnLinkableKeys: [] })).resolves.toStrictEqual(both);
    await expect(service.softDeleteApiKeys({}, { returnLinkableKeys: ["api_key_id"] })).resolves.toStrictEqual({
      api_key_id: ["a", "b"],
    });
    await expect(service.softDeleteApiKeys({}, { returnLinkableKeys: ["nope"] })).resolves.toStrictEqual({});
    await expect(service.restoreApiKeys("c")).resolves.toStrictEqual({});
  });

  it("returns a key, keys, or keys and their count from reads", async () => {
    const { service } = inMedusa();
    Object.assign(mockAnswers, { retrieveApiKey: PAGE, listApiKeys: PAGE, listAndCountApiKeys: PAGE });
    const one = expect.objectContaining({ id: "apk_1", created_at: new Date(5) });
    await expect(service.retrieveApiKey("apk_1")).resolves.toEqual(one);
    await expect(service.listApiKeys()).resolves.toEqual([one]);
    await expect(service.listAndCountApiKeys()).resolves.toEqual([[one], 7]);
  });

  it("authenticates strings and returns false for anything else without a native call", async () => {
    const { service } = inMedusa();
    mockAnswers.ask = row("apk_1");
    const [created_at, updated_at] = [new Date(5), new Date(6)];
    const answer = { id: "apk_1", token: "", last_used_at: null, revoked_at: null, created_at, updated_at };
    await expect(service.authenticate("sk_1")).resolves.toMatchObject(answer);
    expect(mockCalls.at(-1)).toEqual(["ask", ["secret", ["sk_1"]]]);
    mockAnswers.ask = null;
    await expect(service.authenticate("sk_1")).resolves.toBe(false);
    mockCalls.length = 0;
    for (const token of [undefined, null, 5, {}, ["sk_1"], Buffer.from("sk_1"), Object("sk_1"), Symbol("s")]) {
      await expect(service.authenticate(token as string)).resolves.toBe(false);
    }
    expect(mockCalls).toEqual([]);
  });

  it("implements its older names as aliases (M1)", async () => {
    const { service } = inMedusa();
    mockAnswers.createApiKeys = written({ keys: [row("apk_1")], created: ["apk_1"] });
    mockAnswers.listApiKeys = PAGE;
    await expect(service.create(WISH)).resolves.toEqual(await service.createApiKeys(WISH));
    await expect(service.create([WISH])).resolves.toEqual(await service.createApiKeys([WISH]));
    await expect(service.list({}, {})).resolves.toEqual(await service.listApiKeys({}, {}));
  });

  it("passes to Rust whether revoke got data", async () => {
    const { service } = inMedusa();
    mockAnswers.revoke = written({ keys: [row("apk_1")] });
    await service.revoke("apk_1");
    await service.revoke("apk_1", {} as never);
    expect(mockCalls.slice(1).map(([, [, , data]]) => data)).toEqual(['{"\\u0000undefined":true}', "{}"]);
  });

  it("rejects and never throws, even when its methods are detached", async () => {
    const { service } = inMedusa();
    const trap = {
      get title(): string {
        throw new RangeError("no title");
      },
    };
    await expect(service.createApiKeys(trap as never)).rejects.toThrow("no title");
    const { listApiKeys } = service;
    await expect(listApiKeys.call(undefined as never)).rejects.toBeInstanceOf(TypeError);
  });

  it("works behind a Proxy, as in Medusa's test runner", async () => {
    const { service } = inMedusa();
    mockAnswers.listApiKeys = PAGE;
    const proxied = new Proxy(service, {});
    await expect(proxied.listApiKeys()).resolves.toHaveLength(1);
  });

  it("closes with the application (A18)", async () => {
    const { service } = inMedusa();
    const { __hooks } = service as unknown as { __hooks: Record<string, () => Promise<void>> };
    await __hooks.onApplicationShutdown?.();
    expect(mockCalls.at(-1)).toEqual(["close", []]);
  });
});
