import { createRequire } from "node:module";
import { join } from "node:path";
import { ApiKeyError } from "../../errors";
import type { AdminMiddleware } from "./types";

type Wrap = (handler: AdminMiddleware, route: { route: string; method?: string }) => AdminMiddleware;

/** Medusa's class that registers middlewares and routes. It passes each middleware through `traceMiddleware`. */
interface ApiLoader {
  traceMiddleware?: Wrap | undefined;
}

/** Medusa's authentication of the Admin API: the name of its function and the path at which it is mounted. */
const AUTHENTICATION = { name: "authMiddleware", route: "/admin" };

/** The functions that `wrapAuthentication` installed, with those that they replaced. */
const INSTALLED = new WeakMap<Wrap, Wrap | undefined>();

/**
 * Wraps the authentication of the Admin API. Medusa loads the project's middlewares before it registers its own, so
 * that this takes effect in the server that is starting.
 */
export function wrapAuthentication(wrap: (authenticate: AdminMiddleware) => AdminMiddleware): void {
  const loaders = apiLoaders();
  if (loaders.size === 0) {
    throw new ApiKeyError(
      "invalid_argument",
      "scopedAdminKeys found no @medusajs/framework with an ApiLoader; it needs Medusa 2.8 or newer",
    );
  }
  for (const loader of loaders) {
    const current = loader.traceMiddleware;
    // A second call, such as after a reload, replaces the first one.
    const traced = current !== undefined && INSTALLED.has(current) ? INSTALLED.get(current) : current;
    const installed: Wrap = (handler, route) => {
      const isAuthentication = handler.name === AUTHENTICATION.name && route.route === AUTHENTICATION.route;
      const inner = traced === undefined ? handler : traced(handler, route);
      return isAuthentication ? wrap(inner) : inner;
    };
    INSTALLED.set(installed, traced);
    loader.traceMiddleware = installed;
  }
}

/** The loaders of the project's framework and of the one beside this package, which commonly is the same. */
function apiLoaders(): Set<ApiLoader> {
  const found = [join(process.cwd(), "package.json"), __filename].flatMap((from): ApiLoader[] => {
    try {
      const { ApiLoader } = createRequire(from)("@medusajs/framework/http");
      return typeof ApiLoader === "function" ? [ApiLoader] : [];
    } catch {
      return [];
    }
  });
  return new Set(found);
}
