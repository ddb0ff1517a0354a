// The hook of Medusa's loader of routes, through which scopedAdminKeys wraps one middleware.

import { ApiLoader } from "@medusajs/framework/http";
import { scopedAdminKeys } from "../../dist/guards/medusa";

type Handler = (request: object, response: object, next: () => void) => unknown;
type Trace = (handler: Handler, route: { route: string }) => Handler;

const loader = ApiLoader as unknown as { traceMiddleware?: Trace };
const trace: Trace = (...args) => (loader.traceMiddleware as Trace)(...args);

describe("The hook of scopedAdminKeys", () => {
  const authMiddleware: Handler = (_request, _response, next) => next();

  beforeEach(() => {
    delete loader.traceMiddleware;
  });
  afterEach(() => {
    delete loader.traceMiddleware;
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
      verify: async () => ({ valid: false }),
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
