// The guides in docs/getting-started/, followed from an empty folder: their files, their commands and what these show. What they
// install is linked instead.

import { rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { join } from "node:path";
import ts from "typescript";
import { openShell } from "../../harness/documents/shell.js";
import { alike, blocksFor, PAGES, type Page, readersFolder, writeFiles } from "./blocks";

const LONGEST_RUN_MS = 120_000;
const PORT = 3000;

const GUIDES = PAGES.filter(({ path }) => path.startsWith("docs/getting-started/") && !path.endsWith("index.md"));
const STARTED = GUIDES.filter((page) => blocksFor(page, "starts").length > 0);

/** A folder with the packages that the guide installs, and the files that it shows. */
function folderOf(page: Page): string {
  const commands = page.blocks.filter(({ language }) => language === "sh").map(({ text }) => text);
  const named = commands.flatMap((text) =>
    [...text.matchAll(/^npm install (.+)$/gm)].flatMap(([, names = ""]) => names.split(" ")),
  );
  const packages = named.filter((name) => !name.startsWith("--")).map((name) => name.replace(/(?<=.)@.*$/, ""));
  const binaries = packages.includes("typescript") ? [".bin/tsc"] : [];
  const folder = readersFolder(...packages.filter((name) => name !== "medusa-api-key-native"), ...binaries);
  writeFiles(page, folder);
  return folder;
}

/** A port that nothing uses: several suites run at a time. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === "object" ? address.port : 0));
    });
  });
}

describe("A guide for a framework", () => {
  it("exists for five frameworks", () => {
    expect(GUIDES.map(({ path }) => path)).toHaveLength(5);
  });

  it.each(STARTED)(
    "leads from an empty folder to a guarded route: $path",
    async (page) => {
      const folder = folderOf(page);
      const port = await freePort();
      const here = (text: string) => text.replaceAll(String(PORT), String(port));
      for (const { purpose, text } of blocksFor(page, "file"))
        writeFileSync(join(folder, purpose[1] ?? ""), here(text));
      const shell = openShell({ folder, env: { ...process.env, NO_COLOR: "1", DATABASE_URL: undefined } });
      try {
        for (const { text } of blocksFor(page, "starts")) {
          await shell.start(text, /Listening on/, LONGEST_RUN_MS);
        }
        const [session] = blocksFor(page, "session");
        const [shown] = blocksFor(page, "shows");
        const printed = await shell.run(
          here(`curl() { command curl --silent "$@"; }\n${session?.text}`),
          LONGEST_RUN_MS,
        );

        expect(shown?.text).toMatch(/"title":"Unauthorized"/);
        expect(alike(printed)).toBe(alike(shown?.text ?? ""));
      } finally {
        await shell.close();
        rmSync(folder, { recursive: true, force: true });
      }
    },
    LONGEST_RUN_MS,
  );

  it(
    "guards a route handler of Next.js: docs/getting-started/nextjs.md",
    async () => {
      const page = GUIDES.find(({ path }) => path.endsWith("nextjs.md")) as Page;
      const folder = readersFolder("@types");
      writeFiles(page, folder);
      const sources = blocksFor(page, "file").flatMap(({ language, purpose: [, file = ""] }) =>
        language === "ts" ? [join(folder, file)] : [],
      );
      const program = ts.createProgram(sources, {
        ...{ target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.Node16, strict: true, skipLibCheck: true },
        ...{
          moduleResolution: ts.ModuleResolutionKind.Node16,
          types: ["node"],
          outDir: join(folder, "out"),
          rootDir: folder,
        },
      });
      const complaints = ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText);
      expect(complaints).toEqual([]);
      program.emit();

      const requireThere = createRequire(join(folder, "out", "index.js"));
      process.env.DATABASE_URL = `sqlite:${join(folder, "keys.db")}`;
      const { GET } = requireThere("./app/api/products/route.js");
      const { keys } = requireThere("./lib/keys.js");
      delete process.env.DATABASE_URL;
      const [reader, other] = await keys.createApiKeys(
        ["products:read", "orders:read"].map((scope) => ({
          ...{ title: "Warehouse", type: "secret", created_by: "user_ada" },
          scopes: [scope],
        })),
      );
      const call = (headers: Record<string, string>) =>
        GET(new Request("http://localhost:3000/api/products", { headers })) as Promise<Response>;
      const bearer = (token: string) => call({ authorization: `Bearer ${token}` });
      const responses = [
        await bearer(reader.token),
        await bearer(other.token),
        await bearer("sk_forged"),
        await call({}),
      ];

      expect(responses.map(({ status }) => status)).toEqual([200, 403, 401, 401]);
      expect(await responses[0]?.json()).toEqual({ key: "Warehouse", products: ["chair", "table"] });
      await keys.close();
      rmSync(folder, { recursive: true, force: true });
    },
    LONGEST_RUN_MS,
  );
});
