// Headless Chromium that connects to the shop alone; records its requests, responses and page errors.

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];
const SETTINGS = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];
// Long enough for a busy machine; a test that waits for something that never appears fails after it.
const TIMEOUT_MS = 45_000;

/** Returns the path of Chromium: the value of CHROMIUM, or the first match in PATH, or null. */
export function findChromium() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const folders = (process.env.PATH ?? "").split(delimiter);
  const files = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return files.find((file) => existsSync(file)) ?? null;
}

/** Opens a page. `requests` are the URLs it requested, `answers` the bodies it received from `/admin`, `errors` what its code threw. */
export async function openBrowser() {
  const profile = mkdtempSync(join(tmpdir(), "medusa-api-key-native-chromium-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: findChromium(),
    headless: true,
    viewport: { width: 1280, height: 760 },
    locale: "en",
    // Sent by the proxy that terminates TLS in production: without it Medusa sets no session cookie.
    extraHTTPHeaders: { "X-Forwarded-Proto": "https" },
    args: SETTINGS,
  });
  context.setDefaultTimeout(TIMEOUT_MS);
  const page = context.pages()[0] ?? (await context.newPage());
  const seen = { requests: [], answers: [], errors: [] };
  page.on("request", (request) => seen.requests.push(request.url()));
  page.on("pageerror", (error) => seen.errors.push(String(error)));
  page.on("response", (response) => {
    if (!new URL(response.url()).pathname.startsWith("/admin/")) return;
    // A response that arrives while the page navigates away has no body.
    seen.answers.push(response.text().catch(() => ""));
  });
  const close = async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  };
  return { page, ...seen, close };
}
