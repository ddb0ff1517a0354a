// docs/shop-code.md: its files, in a whole Medusa shop.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import ts from "typescript";
import { openShop, SHOP_TIMEOUT_MS, type Shop } from "../medusa/shop";
import { until } from "../support/until";
import { blocksFor, PAGES, type Page, readersFolder, writeFiles } from "./blocks";

const PAGE = PAGES.find(({ path }) => path === "docs/shop-code.md") as Page;

describe("The files of docs/shop-code.md", () => {
  it(
    "compile in strict mode",
    () => {
      const folder = readersFolder("@types", "@medusajs");
      writeFiles(PAGE, folder);
      const files = blocksFor(PAGE, "file").map(({ purpose: [, file = ""] }) => join(folder, file));
      const program = ts.createProgram(files, {
        ...{ target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.Node16, strict: true, skipLibCheck: true },
        ...{ moduleResolution: ts.ModuleResolutionKind.Node16, types: ["node"], noEmit: true },
      });
      const complaints = ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText);
      rmSync(folder, { recursive: true, force: true });

      expect(files).toHaveLength(5);
      expect(complaints).toEqual([]);
    },
    SHOP_TIMEOUT_MS,
  );
});

describe("[postgres] The files of docs/shop-code.md", () => {
  let overlay: string;
  let shop: Shop;
  let admin: string;

  beforeAll(async () => {
    overlay = mkdtempSync(join(tmpdir(), "medusa-api-key-native-shop-code-"));
    writeFiles(PAGE, overlay);
    shop = await openShop({ apiKeys: "ours", overlays: [overlay], env: { LOG_LEVEL: "info" } });
    const key = { title: "Tests", type: "secret", created_by: "user_ada" };
    const created = await send("POST", "/test/service", "", { method: "createApiKeys", args: [key] });
    const { answer } = (await created.json()) as { answer: { token: string } };
    admin = `Basic ${answer.token}`;
  }, SHOP_TIMEOUT_MS);
  afterAll(async () => {
    await shop?.remove();
    rmSync(overlay, { recursive: true, force: true });
  }, SHOP_TIMEOUT_MS);

  function send(method: string, path: string, authorization: string, body?: object): Promise<Response> {
    // A connection that is kept may be closed by the server just when it is used again.
    const headers = {
      connection: "close",
      "content-type": "application/json",
      ...(authorization && { authorization }),
    };
    return fetch(`${shop.url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  }

  const titles = async () => {
    const response = await send("GET", "/admin/api-keys?type=secret", admin);
    const { api_keys } = (await response.json()) as { api_keys: { title: string }[] };
    return api_keys.map(({ title }) => title).sort();
  };

  it("create a key for a partner, which opens the partners' routes and nothing else", async () => {
    const created = await send("POST", "/admin/partners/part_1/keys", admin, {});
    const { token } = (await created.json()) as { token: string };
    const mine = await send("GET", "/partners/me", `Bearer ${token}`);
    const elsewhere = await send("GET", "/admin/regions", `Basic ${token}`);
    const anonymous = await send("GET", "/partners/me", "");
    const unowned = await send("GET", "/partners/me", admin);

    expect(created.status).toBe(201);
    expect([mine.status, await mine.json()]).toEqual([200, { partner: "part_1" }]);
    expect([elsewhere.status, anonymous.status, unowned.status]).toEqual([401, 401, 403]);
  });

  it("report a partner's new key in the log, without its token, and no other key", async () => {
    await until(() => /Partner part_1 has a new key, sk_\w{3}\*\*\*\w{3}, by apk_\w+\./.test(shop.server.log()));

    expect(shop.server.log()).not.toMatch(/Tests has a new key|sk_[0-9a-f]{64}/);
  });

  it("delete the key if a later step of the workflow fails", async () => {
    const before = await titles();
    const failed = await send("POST", "/admin/partners/part_2/keys", admin, { fail: true });

    expect(failed.status).toBe(500);
    expect(before).toContain("Partner part_1");
    expect(await titles()).toEqual(before);
  });
});
