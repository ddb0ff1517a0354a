// docs/admin.md shows the configuration, the routes and the policies that the plugin has.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { blocksOf, missingLines } from "./blocks";

const ROOT = join(__dirname, "../..");
const PAGE = "docs/admin.md";
const MARKDOWN = readFileSync(join(ROOT, PAGE), "utf8");

interface Route {
  method: string[];
  matcher: string;
  policies: { resource: string; operation: string }[];
}

/** The rows of a table with this header, each as its cells. */
function rowsOf(header: string): string[][] {
  const [, rows = ""] = MARKDOWN.split(`${header}\n`)[1]?.split(/^\|[-|]+\|\n/m) ?? [];
  const table = rows.split("\n\n")[0] ?? "";
  return table.split("\n").map((row) => row.split(" | ").map((cell) => cell.replace(/^\| | \|$/g, "")));
}

const namesIn = (cell = "") => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);

describe(PAGE, () => {
  it("shows only lines that the named files have", () => {
    const code = blocksOf(MARKDOWN).filter(({ language }) => ["js", "mjs", "ts", "tsx"].includes(language));
    const missing = code.flatMap(({ text, purpose: [verb, file = ""] }) => {
      expect(verb).toBe("abridges");
      return missingLines(text, readFileSync(join(ROOT, file), "utf8"));
    });
    expect(code).toHaveLength(2);
    expect(missing).toEqual([]);
  });

  it("links only to files and pictures that exist", () => {
    const links = [...MARKDOWN.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, path = ""]) => path);
    expect(links.filter((path) => path.startsWith("images/"))).toHaveLength(4);
    expect(links.filter((path) => !existsSync(join(ROOT, "docs", path)))).toEqual([]);
  });

  it("lists each route with its policies", () => {
    const { apiKeyMiddlewares } = require("../../.medusa/server/src/api/admin/api-keys/middlewares.js") as {
      apiKeyMiddlewares: Route[];
    };
    const routes = apiKeyMiddlewares.map(({ method, matcher, policies }) => [
      `${method.join()} ${matcher}`,
      // Medusa's own middleware asks for this one on every path below /admin/api-keys.
      [...new Set(["api_key:read", ...policies.map(({ resource, operation }) => `${resource}:${operation}`)])],
    ]);
    const documented = rowsOf("| route | policies | scope of a restricted key |");
    const described = rowsOf("| route | body | response |");
    const sorted = (names: unknown[]) => names.map(String).sort();

    expect(routes.length).toBe(3);
    expect(documented.map(([route, policies]) => [namesIn(route)[0], namesIn(policies)]).sort()).toEqual(routes.sort());
    expect(sorted(described.map(([route]) => namesIn(route)[0]))).toEqual(sorted(routes.map(([route]) => route)));
  });

  it("names each member of the bodies", () => {
    const validators = require("../../.medusa/server/src/api/admin/api-keys/validators.js") as Record<
      string,
      { shape: Record<string, { isOptional(): boolean }> }
    >;
    const described = rowsOf("| route | body | response |");
    for (const [path, name] of [
      ["POST /admin/api-keys/:id/roll", "AdminRollApiKey"],
      ["POST /admin/api-keys/limited", "AdminCreateLimitedApiKey"],
    ] as const) {
      const [, body] = described.find(([route]) => route?.includes(path)) ?? [];
      const members = Object.entries(validators[name]?.shape ?? {}).map(
        ([member, schema]) => `${member}${schema.isOptional() ? "?" : ""}`,
      );
      expect(namesIn(body).sort()).toEqual(members.sort());
    }
  });
});
