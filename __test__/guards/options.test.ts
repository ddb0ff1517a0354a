// The arguments of requireApiKey and scopedAdminKeys are checked when a guard is made.

import { requireApiKey as express } from "../../dist/guards/express";
import { requireApiKey as fastify } from "../../dist/guards/fastify";
import { requireApiKey as hono } from "../../dist/guards/hono";
import { scopedAdminKeys } from "../../dist/guards/medusa";

const SERVICE = { verify: async () => ({ valid: false, reason: "unknown" }) as const };
const GUARDS: [string, (service: never, options?: never) => unknown][] = [
  ["express", express],
  ["fastify", fastify],
  ["hono", hono],
];

describe.each(GUARDS)("requireApiKey of %s", (name, requireApiKey) => {
  const make = (options: unknown) => () => requireApiKey(SERVICE as never, options as never);

  it(`accepts every option of ${name}, and undefined for those that demand nothing`, () => {
    expect(make(undefined)()).toBeInstanceOf(Function);
    const ip = () => null;
    expect(make({ scopes: ["a:b", "*:*"], ownerType: "seller", realm: "x", ip, onUnavailable: ip })()).toBeInstanceOf(
      Function,
    );
    expect(make({ ip: undefined, onUnavailable: undefined, realm: undefined })()).toBeInstanceOf(Function);
  });

  it.each([
    [{ scope: ["a:b"] }, /Unknown option "scope" of requireApiKey; known are scopes, ownerType/],
    [{ owner_type: "seller" }, /Unknown option "owner_type"/],
    [{ scopes: "a:b" }, /option scopes .* must be an array/],
    [{ scopes: undefined }, /option scopes .* must be an array/],
    [{ scopes: Object.assign([], { 1: "a:b" }) }, /option scopes .* must be an array/],
    [{ ownerType: undefined }, /option ownerType .* must be a non-empty string/],
    [new Map([["scopes", ["a:b"]]]), /must be a plain object/],
    [Object.create({ scopes: ["a:b"] }), /must be a plain object/],
    [{ scopes: ["a"] }, /option scopes/],
    [{ scopes: ["A:b"] }, /option scopes/],
    [{ scopes: ["a:b:c"] }, /option scopes/],
    [{ scopes: ["-a:b"] }, /option scopes/],
    [{ scopes: [`${"a".repeat(65)}:b`] }, /option scopes/],
    [{ scopes: [5] }, /option scopes/],
    [{ scopes: Array.from({ length: 101 }, (_, index) => `a${index}:b`) }, /at most 100/],
    [{ ownerType: "" }, /option ownerType/],
    [{ ownerType: 5 }, /option ownerType/],
    [{ realm: 'a"b' }, /option realm/],
    [{ realm: "a\nb" }, /option realm/],
    [{ ip: "127.0.0.1" }, /option ip .* must be a function/],
    [{ onUnavailable: true }, /option onUnavailable/],
    [null, /must be a plain object/],
    [["a:b"], /must be a plain object/],
  ])(`rejects the options of case %#: %j for ${name}`, (options, message) => {
    expect(make(options)).toThrow(expect.objectContaining({ type: "invalid_argument" }));
    expect(make(options)).toThrow(message);
  });

  it(`rejects a service without verify for ${name}`, () => {
    expect(() => requireApiKey({ authenticate: async () => false } as never)).toThrow(/service with a method verify/);
    expect(() => requireApiKey(undefined as never)).toThrow(/service with a method verify/);
  });

  it(`keeps demanding the scopes that it was made with for ${name}`, async () => {
    const demands: unknown[] = [];
    const scopes = ["a:b"];
    const service = {
      verify: async (_token: string, demand: unknown) => {
        demands.push(demand);
        return { valid: false, reason: "unknown" };
      },
    };
    const guard = requireApiKey(service as never, { scopes, ip: () => undefined } as never) as never as (
      ...args: unknown[]
    ) => Promise<unknown>;
    scopes.length = 0;
    const headers: Record<string, string> = { authorization: "Bearer sk_x" };
    const request = { headers, header: (header: string) => headers[header] };
    const response = { setHeader() {}, end() {}, code() {}, headers() {}, send() {} };
    await guard({ ...request, req: request, body: () => null }, response, () => undefined);
    expect(demands).toEqual([{ scopes: ["a:b"] }]);
  });
});

describe("scopedAdminKeys", () => {
  it("repeats no option whose name is a token or too long", () => {
    for (const name of [`sk_${"0".repeat(64)}`, "x".repeat(33)]) {
      expect(() => scopedAdminKeys({ [name]: 1 } as never)).toThrow('Unknown option "***" of scopedAdminKeys');
      expect(() => express(SERVICE as never, { [name]: 1 } as never)).toThrow('Unknown option "***" of requireApiKey');
    }
  });

  it("returns one route of the Admin API for defineMiddlewares", () => {
    expect(scopedAdminKeys()).toEqual([{ matcher: "/admin", middlewares: [expect.any(Function)] }]);
  });

  it.each([
    [{ role: ["a"] }, /Unknown option "role" of scopedAdminKeys; known are roles, ip/],
    [{ scopes: ["a:b"] }, /Unknown option "scopes"/],
    [{ roles: "role_super_admin" }, /roles of scopedAdminKeys must be an array/],
    [{ roles: [""] }, /roles/],
    [{ roles: new Array(1) }, /roles/],
    [{ roles: null }, /roles/],
    [{ ip: "127.0.0.1" }, /option ip/],
    [null, /must be a plain object/],
  ])("rejects the options of case %#: %j", (options, message) => {
    expect(() => scopedAdminKeys(options as never)).toThrow(message);
  });
});
