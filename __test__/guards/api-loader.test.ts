// The hook of Medusa's loader of routes, through which scopedAdminKeys wraps one middleware.

import { ApiLoader } from "@medusajs/framework/http";
import { scopedAdminKeys } from "../../dist/guards/medusa";

type Handler = (request: object, response: object, next: () => void) => unknown;
type Trace = (handler: Handler, route: { route: string }) => Handler;

const loader = ApiLoader as unknown as { traceMiddleware?: Trace; traceRoute?: Trace };
const trace: Trace = (...args) => (loader.traceMiddleware as Trace)(...args);

describe("The hook of scopedAdminKeys", () => {
  const authMiddleware: Handler = (_request, _response, next) => next();

  beforeEach(() => {
    delete loader.traceMiddleware;
    delete loader.traceRoute;
  });
  afterEach(() => {
    delete loader.traceMiddleware;
    delete loader.traceRoute;
  });

  it("wraps Medusa's authentication of /admin, and no other middleware", () => {
    scopedAdminKeys();
    const corsMiddleware: Handler = () => undefined;

    expect(trace(authMiddleware, { route: "/admin" })).not.toBe(authMiddleware);
    expect(trace(authMiddleware, { route: "/store" })).toBe(authMiddleware);
    expect(trace(corsMiddleware, { route: "/admin" })).toBe(corsMiddleware);
  });

  it("keeps the instrumentation that was installed before it, once", () => {
    const traced: string[] = [];
    loader.traceMiddleware = (handler, { route }) => {
      traced.push(route);
      return (...args) => handler(...args);
    };
    scopedAdminKeys();
    scopedAdminKeys();
    trace(authMiddleware, { route: "/admin" });
    trace(authMiddleware, { route: "/store" });

    expect(traced).toEqual(["/admin", "/store"]);
  });

  it("wraps once after many calls, and uses the options of the last one", async () => {
    const asked: string[] = [];
    for (const name of ["first", "second"]) {
      scopedAdminKeys({
        ip: () => {
          asked.push(name);
          return undefined;
        },
      });
    }
    const guarded = trace(authMiddleware, { route: "/admin" });
    const service = {
      verifyWith_: async () => ({ valid: false }),
      admissions_: { run: (_: object, work: () => void) => work() },
    };
    const next = jest.fn();
    await guarded(
      { headers: { authorization: "Basic sk_x" }, scope: { resolve: () => service } },
      { once: () => undefined },
      next,
    );

    expect(asked).toEqual(["second"]);
    expect(next).toHaveBeenCalledTimes(1);
  });

  it("keeps the roles and the address that it was called with", async () => {
    const options = { roles: ["role_reader"], ip: (): string => "10.0.0.1" };
    scopedAdminKeys(options);
    options.roles.push("role_super_admin");
    Object.assign(options, { roles: ["role_other"], ip: () => "10.0.0.2" });
    const key = { id: "apk_1", scopes: ["things:read"] };
    const demands: object[] = [];
    const service = {
      verifyWith_: async (_token: string, demand: object) => {
        demands.push(demand);
        return { valid: true, key };
      },
      admissions_: {
        run: async (attempt: { verify(): Promise<object> }, work: () => void) => {
          await attempt.verify();
          work();
        },
      },
    };
    const request = {
      ...{ method: "GET", baseUrl: "/admin", path: "/things", originalUrl: "/admin/things" },
      headers: { authorization: "Basic sk_x" },
      scope: { resolve: () => service },
      auth_context: { actor_id: key.id, app_metadata: {} },
    };
    await trace(authMiddleware, { route: "/admin" })(request, { once: () => undefined }, () => undefined);

    expect(demands).toEqual([{ scopes: ["things:read"], ip: "10.0.0.1" }]);
    expect(request.auth_context.app_metadata).toEqual({ roles: ["role_reader"] });
  });

  it.each([
    ["method", { method: "DELETE" }],
    ["path", { path: "/users" }],
    ["mount path", { baseUrl: "", path: "/things" }],
  ])("refuses an admitted request in front of every route if a middleware changed its %s", async (_what, change) => {
    const traced: string[] = [];
    loader.traceRoute = (handler, { route }) => {
      traced.push(route);
      return handler;
    };
    scopedAdminKeys();
    scopedAdminKeys();
    const key = { id: "apk_1", scopes: ["things:read"] };
    const service = {
      verifyWith_: async () => ({ valid: true, key }),
      admissions_: {
        run: async (attempt: { verify(): Promise<object> }, work: () => void) => {
          await attempt.verify();
          work();
        },
      },
    };
    const sent = jest.fn();
    const response = { once: jest.fn(), setHeader: jest.fn(), status: (code: number) => ({ json: () => sent(code) }) };
    const handler = jest.fn();
    const route = (loader.traceRoute as Trace)(handler, { route: "/admin/things" });
    const request = {
      method: "GET",
      baseUrl: "/admin",
      path: "/things",
      originalUrl: "/admin/things",
      headers: { authorization: "Basic sk_x" },
      scope: { resolve: () => service },
      auth_context: { actor_id: key.id },
    };
    await trace(authMiddleware, { route: "/admin" })(request, response, () => undefined);
    route(request, response, () => undefined);
    expect([handler.mock.calls.length, sent.mock.calls]).toEqual([1, []]);
    route(Object.assign(request, change), response, () => undefined);
    expect([handler.mock.calls.length, sent.mock.calls]).toEqual([1, [[403]]]);
    expect(traced).toEqual(["/admin/things"]);
  });

  it("leaves requests to Medusa if another module keeps the shop's keys", async () => {
    scopedAdminKeys();
    const guarded = trace(authMiddleware, { route: "/admin" });
    const next = jest.fn();
    for (const service of [{ authenticate: async () => false }, null]) {
      await guarded({ headers: { authorization: "Basic sk_x" }, scope: { resolve: () => service } }, {}, next);
    }

    expect(next).toHaveBeenCalledTimes(2);
  });
});
