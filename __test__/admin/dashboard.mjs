// A shop's dashboard in headless Chromium: its server, database and user, and what its pages have in common.

import assert from "node:assert/strict";
import { it } from "node:test";
import { openBrowser } from "../../harness/browser.mjs";
import { createDatabase } from "../../harness/database.mjs";
import { runMedusa } from "../../harness/shop/command.js";
import { serveShop } from "../../harness/shop/server.js";

export const USER = { email: "ada@example.com", password: "correct horse" };
export const SHOP_TIMEOUT_MS = 600_000;
const STEP_TIMEOUT_MS = 300_000;
const HEADINGS = { secret: "Secret API Keys", publishable: "Publishable API Keys" };

export class Dashboard {
  /** Migrates a new database, adds a user, and starts the shop. With NODE_ENV=development, Vite serves the dashboard. */
  static async open(folder, NODE_ENV = "production") {
    const database = await createDatabase(process.env.TEST_POSTGRES_URL, "admin");
    const env = { DATABASE_URL: database.url, NODE_ENV };
    await runMedusa(folder, env, ["db:migrate"]);
    await runMedusa(folder, env, ["user", "--email", USER.email, "--password", USER.password]);
    const shop = await serveShop(folder, env);
    return new Dashboard(database, shop, await openBrowser());
  }

  constructor(database, shop, browser) {
    this.database = database;
    this.shop = shop;
    this.browser = browser;
    this.page = browser.page;
  }

  async close() {
    await this.browser.close();
    await this.shop.stop();
    await this.database.drop();
  }

  get main() {
    return this.page.getByRole("main");
  }

  /** Logs in, on the way to the list of secret keys. */
  async logIn() {
    await this.page.goto(`${this.shop.url}/app/settings/secret-api-keys`);
    await this.page.getByPlaceholder("Email").fill(USER.email);
    await this.page.getByPlaceholder("Password").fill(USER.password);
    await this.page.getByRole("button", { name: "Continue with Email" }).click();
    await this.page.getByRole("heading", { name: HEADINGS.secret }).waitFor();
  }

  async openList(type) {
    await this.page.goto(`${this.shop.url}/app/settings/${type}-api-keys`);
    await this.page.getByRole("heading", { name: HEADINGS[type] }).waitFor();
    await this.main.getByRole("button", { name: "Create", exact: true }).waitFor();
  }

  async openKey({ id, type, title }) {
    await this.page.goto(`${this.shop.url}/app/settings/${type}-api-keys/${id}`);
    await this.page.getByRole("heading", { name: title, exact: true }).waitFor();
  }

  /** Chooses an option of a select. */
  async choose(label, option) {
    await this.page.getByRole("combobox", { name: label }).click();
    await this.page.getByRole("option", { name: option, exact: true }).click();
  }

  async screenshot(name) {
    await this.page.waitForLoadState("networkidle");
    if (process.env.SCREENSHOTS)
      await this.page.screenshot({ path: `${process.env.SCREENSHOTS}/${name}.png`, animations: "disabled" });
  }

  async keyOf(title) {
    return (await this.database.query("SELECT * FROM api_key WHERE title = $1", [title])).rows[0];
  }

  async userId() {
    return (await this.database.query('SELECT id FROM "user" WHERE email = $1', [USER.email])).rows[0].id;
  }

  async statusOf(path, headers) {
    return (await fetch(this.shop.url + path, { headers })).status;
  }

  /** Asserts that the page requested nothing from elsewhere, and that none of its code failed. */
  assertQuiet() {
    const others = this.browser.requests.filter((url) => !url.startsWith(this.shop.url) && !/^(data|blob):/.test(url));
    assert.deepEqual(others, []);
    assert.deepEqual(this.browser.errors, []);
  }
}

/** Returns `it` for the steps of one story: each continues where the one before it ended, and fails if that failed. */
export function story() {
  let interrupted = false;
  return (title, work) =>
    it(title, { timeout: STEP_TIMEOUT_MS }, async () => {
      assert.equal(interrupted, false, "the story ended before, with the first failure");
      interrupted = true;
      await work();
      interrupted = false;
    });
}
