// Medusa's own dashboard in a browser, on a shop whose API keys this package keeps. `npm run test:admin` runs it.
// The tests are one story: each goes on where the one before it ended.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openBrowser } from "../../harness/browser.mjs";
import { createDatabase } from "../../harness/database.mjs";
import { builtShop } from "../../harness/shop/admin.mjs";
import { runMedusa } from "../../harness/shop/command.js";
import { serveShop } from "../../harness/shop/server.js";

const USER = { email: "ada@example.com", password: "correct horse" };
const SHOP_TIMEOUT_MS = 600_000;
const STEP_TIMEOUT_MS = 180_000;

describe("[postgres] Medusa's Admin in a browser", { timeout: SHOP_TIMEOUT_MS }, () => {
  let interrupted = false;
  const step = (title, work) =>
    it(title, { timeout: STEP_TIMEOUT_MS }, async () => {
      assert.equal(interrupted, false, "the story ended before, with the first failure");
      interrupted = true;
      await work();
      interrupted = false;
    });
  let database;
  let shop;
  let browser;
  let page;
  let secret;
  let publishable;

  before(async () => {
    const folder = await builtShop();
    database = await createDatabase(process.env.TEST_POSTGRES_URL, "admin");
    const env = { DATABASE_URL: database.url };
    await runMedusa(folder, env, ["db:migrate"]);
    await runMedusa(folder, env, ["user", "--email", USER.email, "--password", USER.password]);
    shop = await serveShop(folder, env);
    browser = await openBrowser();
    page = browser.page;
  });

  after(async () => {
    await browser?.close();
    await shop?.stop();
    await database?.drop();
  });

  step("lets a user log in and opens the secret keys", async () => {
    await page.goto(`${shop.url}/app/settings/secret-api-keys`);
    await page.getByPlaceholder("Email").fill(USER.email);
    await page.getByPlaceholder("Password").fill(USER.password);
    await page.getByRole("button", { name: "Continue with Email" }).click();
    await page.getByRole("heading", { name: "Secret API Keys" }).waitFor();
  });

  step("creates a secret key and shows its token", async () => {
    secret = await createSecret("Warehouse", "admin-secret-key-created");
    assert.match(secret, /^sk_[0-9a-f]{64}$/);
    const row = await keyOf("Warehouse");
    assert.equal(row.type, "secret");
    assert.match(row.token, /^\$argon2id\$/);
    assert.equal(row.created_by, await userId());
    assert.equal(await statusOf("/admin/regions", { Authorization: `Basic ${secret}` }), 200);
  });

  step("shows a key in the list by its redacted form", async () => {
    await createSecret("Accounting");
    await openList("secret");
    await rowOf("Warehouse").getByText(redacted(secret), { exact: true }).waitFor();
    await rowOf("Warehouse").getByText("Active", { exact: true }).waitFor();
  });

  step("never shows the token again", async () => {
    assert.equal((await page.content()).includes(secret), false);
    await openKey("Warehouse");
    await page.getByText(redacted(secret), { exact: true }).waitFor();
    assert.equal((await page.content()).includes(secret), false);
    const answers = await Promise.all(browser.answers);
    assert.equal(answers.filter((answer) => answer.includes(secret)).length, 1);
  });

  step("revokes the secret key and shows that", async () => {
    await chooseAndConfirm("Revoke API key");
    await page.getByRole("main").getByText("Revoked", { exact: true }).waitFor();
    const row = await keyOf("Warehouse");
    assert.ok(row.revoked_at instanceof Date);
    assert.equal(row.revoked_by, await userId());
    assert.equal(await statusOf("/admin/regions", { Authorization: `Basic ${secret}` }), 401);
  });

  step("shows the revoked key in the list as revoked, and the other as active", async () => {
    await openList("secret");
    await rowOf("Warehouse").getByText("Revoked", { exact: true }).waitFor();
    await rowOf("Accounting").getByText("Active", { exact: true }).waitFor();
    await screenshot("admin-secret-keys");
  });

  step("creates a publishable key", async () => {
    await openList("publishable");
    await page.getByRole("main").getByRole("button", { name: "Create", exact: true }).click();
    await page.getByRole("textbox", { name: "Title" }).fill("Storefront");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { name: "Storefront", exact: true }).waitFor();
    publishable = await keyOf("Storefront");
    assert.equal(publishable.type, "publishable");
    assert.match(publishable.token, /^pk_[0-9a-f]{64}$/);
    await page.getByText(redacted(publishable.token), { exact: true }).waitFor();
  });

  step("attaches a sales channel to it", async () => {
    await page.getByRole("link", { name: "Add", exact: true }).click();
    const dialog = page.getByRole("dialog");
    const channel = dialog.getByRole("row").filter({ hasText: "Default Sales Channel" });
    await channel.getByRole("checkbox").click();
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.waitFor({ state: "hidden" });
    await page.getByRole("main").getByRole("cell", { name: "Default Sales Channel" }).waitFor();
    assert.deepEqual(await channelsOf(publishable.id), ["Default Sales Channel"]);
    assert.equal(await statusOf("/store/regions", { "x-publishable-api-key": publishable.token }), 200);
  });

  step("does not let a live key be deleted", async () => {
    await openMenu();
    assert.equal(await page.getByRole("menuitem", { name: "Delete" }).getAttribute("aria-disabled"), "true");
    await page.keyboard.press("Escape");
    await page.getByRole("menu").waitFor({ state: "hidden" });
  });

  step("deletes the key once it is revoked", async () => {
    await chooseAndConfirm("Revoke API key");
    await page.getByRole("main").getByText("Revoked", { exact: true }).waitFor();
    assert.equal(await statusOf("/store/regions", { "x-publishable-api-key": publishable.token }), 400);
    await chooseAndConfirm("Delete");
    await page.getByRole("heading", { name: "Publishable API Keys" }).waitFor();
    await rowOf("Storefront").waitFor({ state: "detached" });
    assert.equal(await keyOf("Storefront"), undefined);
    assert.deepEqual(await channelsOf(publishable.id), []);
  });

  step("asks nobody but the shop, and no code of the page fails", () => {
    const others = browser.requests.filter((url) => !url.startsWith(shop.url) && !/^(data|blob):/.test(url));
    assert.deepEqual(others, []);
    assert.deepEqual(browser.errors, []);
  });

  async function createSecret(title, picture) {
    await openList("secret");
    await page.getByRole("main").getByRole("button", { name: "Create", exact: true }).click();
    await page.getByRole("textbox", { name: "Title" }).fill(title);
    await page.getByRole("button", { name: "Save" }).click();
    const dialog = page.getByRole("alertdialog", { name: "Secret Key Created" });
    await dialog.getByText(/^sk_.•+..$/).waitFor();
    if (picture) await screenshot(picture);
    // The button that shows the token has a picture instead of a name.
    await dialog.getByRole("button").filter({ hasNotText: /\S/ }).click();
    const token = await dialog.getByText(/^sk_[0-9a-f]+$/).textContent();
    await dialog.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("heading", { name: title, exact: true }).waitFor();
    return token;
  }

  async function openList(type) {
    const title = { secret: "Secret API Keys", publishable: "Publishable API Keys" }[type];
    await page.goto(`${shop.url}/app/settings/${type}-api-keys`);
    await page.getByRole("heading", { name: title }).waitFor();
    await page.getByRole("main").getByRole("button", { name: "Create", exact: true }).waitFor();
  }

  async function openKey(title) {
    await rowOf(title).click();
    await page.getByRole("heading", { name: title, exact: true }).waitFor();
  }

  function rowOf(title) {
    return page.getByRole("main").getByRole("row").filter({ hasText: title });
  }

  // The first button of a key's page, which has a picture instead of a name, opens its menu. By the keyboard: a message about the
  // last action may lie over it, and stays for as long as the pointer is there.
  async function openMenu() {
    await page.getByRole("main").getByRole("button").filter({ hasNotText: /\S/ }).first().press("Enter");
    await page.getByRole("menu").waitFor();
  }

  async function chooseAndConfirm(action) {
    await openMenu();
    await page.getByRole("menuitem", { name: action }).click();
    const question = page.getByRole("alertdialog");
    await question.getByRole("button", { name: action }).click();
    await question.waitFor({ state: "hidden" });
  }

  async function screenshot(name) {
    await page.waitForLoadState("networkidle");
    if (process.env.SCREENSHOTS)
      await page.screenshot({ path: `${process.env.SCREENSHOTS}/${name}.png`, animations: "disabled" });
  }

  async function keyOf(title) {
    return (await database.query("SELECT * FROM api_key WHERE title = $1", [title])).rows[0];
  }

  async function channelsOf(id) {
    const { rows } = await database.query(
      `SELECT name FROM publishable_api_key_sales_channel AS link JOIN sales_channel ON sales_channel.id = sales_channel_id
       WHERE publishable_key_id = $1 AND link.deleted_at IS NULL`,
      [id],
    );
    return rows.map(({ name }) => name);
  }

  async function userId() {
    return (await database.query('SELECT id FROM "user" WHERE email = $1', [USER.email])).rows[0].id;
  }

  async function statusOf(path, headers) {
    return (await fetch(shop.url + path, { headers })).status;
  }
});

/** As the dashboard prints the redacted form of a token. */
function redacted(token) {
  return `${token.slice(0, 6)}•••${token.slice(-3)}`;
}
