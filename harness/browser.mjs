// Headless Chromium that knows nobody but the shop, and what it has asked for and been told.

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];
const SETTINGS = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];
// A busy machine takes its time; a test that waits for what never comes fails after it.
const PATIENCE_MS = 45_000;

/** The path of an installed Chromium: what CHROMIUM names, or what PATH holds, or null. */
export function findChromium() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const folders = (process.env.PATH ?? "").split(delimiter);
  const files = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return files.find((file) => existsSync(file)) ?? null;
}

/** Opens a page. `requests` are the addresses it has asked for, `answers` the bodies it got from `/admin`, `errors` what its code threw. */
export async function openBrowser() {
  const profile = mkdtempSync(join(tmpdir(), "medusa-api-key-native-chromium-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: findChromium(),
    headless: true,
    viewport: { width: 1280, height: 760 },
    locale: "en",
    // As the proxy says that ends TLS before a shop in production: Medusa gives its session cookie to nobody else.
    extraHTTPHeaders: { "X-Forwarded-Proto": "https" },
    args: SETTINGS,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = context.pages()[0] ?? (await context.newPage());
  const seen = { requests: [], answers: [], errors: [] };
  page.on("request", (request) => seen.requests.push(request.url()));
  page.on("pageerror", (error) => seen.errors.push(String(error)));
  page.on("response", (response) => {
    if (!new URL(response.url()).pathname.startsWith("/admin/")) return;
    // What a page was leaving for another has no body any more.
    seen.answers.push(response.text().catch(() => ""));
  });
  const close = async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  };
  return { page, ...seen, close };
}
