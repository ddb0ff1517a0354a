// Every route of a server's Admin API, with keys of every kind: which requests must reach a handler, and which did.

import type { AdminApi, AdminRoute, End } from "./admin-api";

/** The kinds of keys: those of the first five have the same scopes on all routes. */
const KINDS = [
  { name: "[]", scopes: () => [] },
  { name: "*:read", scopes: () => ["*:read"] },
  { name: "products:read", scopes: () => ["products:read"] },
  { name: "products:write", scopes: () => ["products:write"] },
  { name: "the route's resource, read", scopes: ({ resource }: AdminRoute) => [`${resource}:read`] },
  { name: "the route's resource, write", scopes: ({ resource }: AdminRoute) => [`${resource}:write`] },
  { name: "unrestricted", scopes: () => null },
] satisfies { name: string; scopes: (route: AdminRoute) => string[] | null }[];

/** Routes of Medusa that authenticate users only, whatever the key. */
export const USERS_ONLY = ["POST /admin/invites/accept"];

/** Routes without authentication. */
export const PUBLIC = ["GET /admin/feature-flags", "GET /admin/open"];

/** The resources whose routes, by any method, show or do what makes an admin, and what they ask for. */
const POWERFUL: Record<string, string> = {
  invites: "invites:write",
  notifications: "notifications:write",
  "workflows-executions": "*:*",
};

/** Where the requests end that no guard refuses. */
const REACHED: End[] = ["handler", "failure"];

const AT_A_TIME = 8;

export interface Matrix {
  routes: number;
  requests: number;
  /** How many requests of each kind of key ended where. */
  counts: Record<string, Partial<Record<End, number>>>;
  /** `kind: method path: end`, for each request that ended where it must not. */
  wrong: string[];
}

/** Plays the matrix. `unrestricted` is the token of a key without restrictions; `forUnrestricted` where its requests end. */
export async function playMatrix(
  api: AdminApi,
  unrestricted: string,
  forUnrestricted: "policies" | "handler",
): Promise<Matrix> {
  const routes = await api.routes();
  const matrix: Matrix = { routes: routes.length, requests: 0, counts: {}, wrong: [] };
  for (const { name, scopes } of KINDS) {
    const counts: Partial<Record<End, number>> = {};
    matrix.counts[name] = counts;
    await eachOf(routes, async (route) => {
      const wanted = scopes(route);
      const token = wanted === null ? unrestricted : await api.tokenWith(...wanted);
      const end = await api.end(route, token);
      matrix.requests++;
      counts[end] = (counts[end] ?? 0) + 1;
      if (!allowedEnds(route, wanted, forUnrestricted).includes(end)) {
        matrix.wrong.push(`${name}: ${route.method} ${route.path}: ${end}`);
      }
    });
  }
  return matrix;
}

/** Does the work for all items, a few at a time. */
async function eachOf<Item>(items: Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const rest = items.values();
  const worker = async () => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
}

function allowedEnds(route: AdminRoute, scopes: string[] | null, forUnrestricted: "policies" | "handler"): End[] {
  const { method, path, resource } = route;
  if (USERS_ONLY.includes(`${method} ${path}`)) return ["authentication"];
  if (PUBLIC.includes(`${method} ${path}`)) return ["handler"];
  if (scopes === null) return forUnrestricted === "policies" ? ["policies", ...REACHED] : REACHED;
  const demanded = POWERFUL[resource] ?? `${resource}:${method === "GET" ? "read" : "write"}`;
  const action = demanded.split(":")[1];
  return scopes.includes(demanded) || scopes.includes(`*:${action}`) ? REACHED : ["guard"];
}
