// npm packs dist/ only if it is what module/ compiles to, and the plugin only if it was built from plugin/.

import { spawnSync } from "node:child_process";
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const ROOT = join(__dirname, "../..");
const COPIED = [
  ...["package.json", "index.js", "index.d.ts", "tsconfig.json", "tsconfig.build.json"],
  ...["binding/index.js", "binding/index.d.ts", "module", "dist", "scripts/prepack.mjs", "harness/steps.mjs"],
  ...["harness/plugin.mjs", "plugin", ".medusa", "package-lock.json"],
];
const TIMEOUT_MS = 120_000;

describe("npm pack", () => {
  let checkout: string;

  beforeEach(() => {
    checkout = mkdtempSync(join(tmpdir(), "medusa-api-key-native-checkout-"));
    for (const path of COPIED) {
      mkdirSync(dirname(join(checkout, path)), { recursive: true });
      cpSync(join(ROOT, path), join(checkout, path), { recursive: true });
    }
    symlinkSync(join(ROOT, "node_modules"), join(checkout, "node_modules"), "junction");
  });
  afterEach(() => rmSync(checkout, { recursive: true, force: true }));

  const pack = () => spawnSync("npm", ["pack", "--dry-run"], { cwd: checkout, encoding: "utf8" });

  it(
    "packs a dist/ that matches module/ and a plugin that matches plugin/",
    () => {
      const { status, stderr } = pack();
      expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringContaining("dist/service.js") });
      expect(stderr).toContain(".medusa/server/src/admin/index.mjs");
    },
    TIMEOUT_MS,
  );

  it.each<[string, () => void, RegExp]>([
    ["a missing dist/", () => rmSync(join(checkout, "dist"), { recursive: true }), /dist\/ is missing/],
    ["a file that module/ does not compile to", () => writeFileSync(join(checkout, "dist/old.js"), ""), /: old\.js\./],
    [
      "a file that is older than its source",
      () => appendFileSync(join(checkout, "module/token.ts"), "export const added = true;\n"),
      /: token\.d\.ts, token\.js\./,
    ],
    [
      "a module/ that does not compile",
      () => appendFileSync(join(checkout, "module/token.ts"), "export const added: string = true;\n"),
      /does not compile/,
    ],
    [
      "a missing plugin",
      () => rmSync(join(checkout, ".medusa"), { recursive: true }),
      /\.medusa\/server does not match/,
    ],
    [
      "a plugin without one of its parts",
      () => rmSync(join(checkout, ".medusa/server/src/admin/index.mjs")),
      /\.medusa\/server does not match/,
    ],
    [
      "a plugin that is older than its source",
      () => appendFileSync(join(checkout, "plugin/src/keys/service.ts"), "// More.\n"),
      /\.medusa\/server does not match/,
    ],
  ])(
    "rejects %s",
    (_, change, message) => {
      change();
      const { status, stderr } = pack();
      expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringMatching(message) });
    },
    TIMEOUT_MS,
  );
});
