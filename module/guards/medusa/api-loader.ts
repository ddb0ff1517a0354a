import { createRequire } from "node:module";
import { join } from "node:path";
import { ApiKeyError } from "../../errors";
import type { AdminMiddleware } from "./types";

type Wrap = (handler: AdminMiddleware, route: { route: string; method?: string }) => AdminMiddleware;

/** Medusa's class that registers middlewares and routes. It passes each of them through one of these hooks. */
interface ApiLoader {
  traceMiddleware?: Wrap | undefined;
  traceRoute?: Wrap | undefined;
}

/** Medusa's authentication of the Admin API: the name of its function and the path at which it is mounted. */
const AUTHENTICATION = { name: "authMiddleware", route: "/admin" };

/** The functions that this package installed, with those that they replaced. */
const INSTALLED = new WeakMap<Wrap, Wrap | undefined>();

/**
 * Wraps the authentication of the Admin API, and lets `confirm` run directly in front of every route: the project's
 * middlewares, in whatever order, run before it. Medusa loads them before it registers anything, so that this takes
 * effect in the server that is starting.
 */
export function wrapAuthentication(
  wrap: (authenticate: AdminMiddleware) => AdminMiddleware,
  confirm: AdminMiddleware,
): void {
  const loaders = apiLoaders();
  if (loaders.size === 0) {
    throw new ApiKeyError(
      "invalid_argument",
      "scopedAdminKeys found no @medusajs/framework with an ApiLoader; it needs Medusa 2.8 or newer",
    );
  }
  for (const loader of loaders) {
    install(loader, "traceMiddleware", (traced, handler, { route }) =>
      handler.name === AUTHENTICATION.name && route === AUTHENTICATION.route ? wrap(traced) : traced,
    );
    install(
      loader,
      "traceRoute",
      (traced) => (request, response, next) => confirm(request, response, () => traced(request, response, next)),
    );
  }
}

/** Installs a hook around the one that was installed before. A second call, such as after a reload, replaces the first. */
function install(
  loader: ApiLoader,
  name: keyof ApiLoader,
  wrap: (traced: AdminMiddleware, ...given: Parameters<Wrap>) => AdminMiddleware,
): void {
  const current = loader[name];
  const before = current !== undefined && INSTALLED.has(current) ? INSTALLED.get(current) : current;
  const installed: Wrap = (handler, route) => wrap(before?.(handler, route) ?? handler, handler, route);
  INSTALLED.set(installed, before);
  loader[name] = installed;
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
