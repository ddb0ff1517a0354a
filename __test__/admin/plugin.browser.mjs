// The plugin's widgets in Medusa's dashboard, on a production build. `npm run test:admin` runs it. The tests are one story.

import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { builtPluginShop } from "../../harness/shop/admin.mjs";
import { Dashboard, SHOP_TIMEOUT_MS, story, USER } from "./dashboard.mjs";

const DAY_MS = 24 * 60 * 60 * 1000;

describe("[postgres] The plugin in a built dashboard", { timeout: SHOP_TIMEOUT_MS }, () => {
  const step = story();
  let dashboard;
  let page;
  let limited;
  let accounting;

  before(async () => {
    dashboard = await Dashboard.open(await builtPluginShop());
    page = dashboard.page;
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  });
  after(() => dashboard?.close());

  step("shows its widget beside the list of secret keys", async () => {
    await dashboard.logIn();
    await dashboard.main.getByRole("heading", { name: "Keys with limits" }).waitFor();
    await dashboard.main.getByRole("button", { name: "Create", exact: true }).waitFor();
  });

  step("names what is missing or wrong in the form, and sends nothing", async () => {
    await page.getByRole("button", { name: "Create with limits" }).click();
    const dialog = page.getByRole("dialog", { name: "Create Secret Key with Limits" });
    await submit(dialog, "Create");
    await dialog.getByText("Enter a title.").waitFor();
    await dialog.getByText("Enter at least one scope, or choose full access.").waitFor();
    await dialog.getByRole("textbox", { name: "Scopes" }).fill("products:read, Orders");
    await dialog.getByText("Not a scope: Orders").waitFor();
    await dashboard.choose("Expires", "Other");
    await dialog.getByRole("textbox", { name: "Days" }).fill("-1");
    await dialog.getByText("Enter a number of days greater than 0.").waitFor();
    await submit(dialog, "Create");
    assert.equal(sent("/admin/api-keys/limited"), 0);
  });

  step("shows the server's error in the form", async () => {
    const dialog = page.getByRole("dialog", { name: "Create Secret Key with Limits" });
    await dialog.getByRole("textbox", { name: "Title" }).fill("Catalog");
    await dialog.getByRole("textbox", { name: "Scopes" }).fill("products:read\norders:*");
    await dialog.getByRole("textbox", { name: "Days" }).fill("45");
    await dialog.getByRole("textbox", { name: "Allowed addresses" }).fill("localhost");
    await submit(dialog, "Create");
    await dialog.getByText(/allowed_ips/).waitFor();
    assert.equal(await dashboard.keyOf("Catalog"), undefined);
  });

  step("creates a secret key with scopes, addresses and an end", async () => {
    const dialog = page.getByRole("dialog", { name: "Create Secret Key with Limits" });
    await dialog.getByRole("textbox", { name: "Allowed addresses" }).fill("203.0.113.0/24");
    await dashboard.screenshot("admin-plugin-create");
    await submit(dialog, "Create");
    limited = await tokenOf("Key Created");

    const row = await dashboard.keyOf("Catalog");
    assert.equal(row.created_by, await dashboard.userId());
    assert.ok(Math.abs(row.revoked_at - Date.now() - 45 * DAY_MS) < DAY_MS / 24);
    const { scopes, allowed_ips } = attributesOf(row);
    assert.deepEqual([scopes, allowed_ips], [["products:read", "orders:*"], ["203.0.113.0/24"]]);
    // Without scopedAdminKeys, Medusa refuses it.
    assert.equal(await dashboard.statusOf("/admin/products", { Authorization: `Basic ${limited}` }), 401);
  });

  step("opens the new key, with its limits and who created it", async () => {
    await page.getByRole("heading", { name: "Catalog", exact: true }).waitFor();
    for (const scope of ["products:read", "orders:*", "203.0.113.0/24"]) {
      await dashboard.main.getByText(scope, { exact: true }).waitFor();
    }
    const by = new RegExp(`^.+ by ${USER.email.replaceAll(".", "\\.")}$`);
    await rowOf("Created").getByText(by).waitFor();
    await rowOf("Ends").getByText(by).waitFor();
    assert.equal(await page.getByRole("button", { name: "Roll key" }).isDisabled(), true);
  });

  step("never shows the token again", async () => {
    assert.equal((await page.content()).includes(limited), false);
    await page.reload();
    await page.getByRole("heading", { name: "Use and limits" }).waitFor();
    await dashboard.main.getByText("products:read", { exact: true }).scrollIntoViewIfNeeded();
    await dashboard.screenshot("admin-plugin-details");
    assert.equal((await page.content()).includes(limited), false);
    const answers = await Promise.all(dashboard.browser.answers);
    assert.equal(answers.filter((answer) => answer.includes(limited)).length, 1);
  });

  step("creates a key with full access where that is chosen, and copies its token", async () => {
    await dashboard.openList("secret");
    await dashboard.main.getByRole("row").filter({ hasText: "Catalog" }).waitFor();
    await dashboard.screenshot("admin-plugin-list");
    await page.getByRole("button", { name: "Create with limits" }).click();
    const dialog = page.getByRole("dialog", { name: "Create Secret Key with Limits" });
    await dialog.getByRole("textbox", { name: "Title" }).fill("Accounting");
    await dashboard.choose("Expires", "Never");
    await dashboard.choose("Access", "Everything an admin may do");
    assert.equal(await dialog.getByRole("textbox", { name: "Scopes" }).count(), 0);
    await submit(dialog, "Create");
    accounting = await tokenOf("Key Created");
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), accounting);
    assert.equal(await dashboard.statusOf("/admin/products", { Authorization: `Basic ${accounting}` }), 200);
    const row = await dashboard.keyOf("Accounting");
    assert.deepEqual([row.revoked_at, attributesOf(row)], [null, null]);
  });

  step("shows the last use", async () => {
    const isUsed = async () => (await dashboard.keyOf("Accounting")).last_used_at !== null;
    while (!(await isUsed())) await page.waitForTimeout(100);
    await dashboard.openKey(await dashboard.keyOf("Accounting"));
    await rowOf("Last used").getByText(String(new Date().getFullYear())).waitFor();
  });

  step("offers to load the details again after an error", async () => {
    const url = "**/admin/api-keys/*/details";
    await page.route(url, (route) =>
      route.fulfill({ status: 500, json: { type: "unexpected_state", message: "Broken" } }),
    );
    await page.reload();
    await dashboard.main.getByText("The details of this key could not be loaded. Broken").waitFor();
    await page.unroute(url);
    await dashboard.main.getByRole("button", { name: "Try again" }).click();
    await rowOf("Last used").waitFor();
  });

  step("shows the server's error in the drawer, and changes nothing", async () => {
    const { id } = await dashboard.keyOf("Accounting");
    await page.getByRole("button", { name: "Roll key" }).click();
    const drawer = page.getByRole("dialog", { name: "Roll Accounting" });
    // The key ends while the drawer is open.
    await dashboard.database.query("UPDATE api_key SET revoked_at = now() + interval '1 day' WHERE id = $1", [id]);
    await submit(drawer, "Roll");
    await drawer.getByText(/already scheduled for revocation/).waitFor();
    await dashboard.database.query("UPDATE api_key SET revoked_at = NULL WHERE id = $1", [id]);
    assert.equal((await dashboard.database.query("SELECT id FROM api_key WHERE title = 'Accounting'")).rows.length, 1);
  });

  step("rolls a key with a grace period of 24 hours", async () => {
    const drawer = page.getByRole("dialog", { name: "Roll Accounting" });
    await drawer.getByRole("button", { name: "Cancel" }).click();
    await drawer.waitFor({ state: "hidden" });
    await page.getByRole("button", { name: "Roll key" }).click();
    await dashboard.choose("This key stays valid", "24 hours");
    await drawer.getByRole("textbox", { name: "Title of the new key" }).fill("Accounting 2");
    await dashboard.screenshot("admin-plugin-roll");
    await submit(drawer, "Roll");
    const token = await tokenOf("Key Rolled");
    await page.getByRole("heading", { name: "Accounting 2", exact: true }).waitFor();

    for (const valid of [accounting, token]) {
      assert.equal(await dashboard.statusOf("/admin/products", { Authorization: `Basic ${valid}` }), 200);
    }
    const [old, user] = [await dashboard.keyOf("Accounting"), await dashboard.userId()];
    assert.ok(Math.abs(old.revoked_at - Date.now() - DAY_MS) < DAY_MS / 24);
    assert.deepEqual([old.revoked_by, (await dashboard.keyOf("Accounting 2")).created_by], [user, user]);
  });

  step("hides the token of a second roll, too, until the user asks for it", async () => {
    await page.getByRole("button", { name: "Roll key" }).click();
    const drawer = page.getByRole("dialog", { name: "Roll Accounting 2" });
    await drawer.getByRole("textbox", { name: "Title of the new key" }).fill("Accounting 3");
    await submit(drawer, "Roll");
    await tokenOf("Key Rolled");
    await page.getByRole("heading", { name: "Accounting 3", exact: true }).waitFor();
  });

  step("shows who ends the old key, which cannot be rolled again", async () => {
    await dashboard.openKey(await dashboard.keyOf("Accounting"));
    await rowOf("Ends").getByText(`by ${USER.email}`).waitFor();
    assert.equal(await page.getByRole("button", { name: "Roll key" }).isDisabled(), true);
  });

  step("rolls a publishable key with its sales channel, at once", async () => {
    await dashboard.openList("publishable");
    await page.getByRole("main").getByRole("row").filter({ hasText: "Default Publishable API Key" }).click();
    await page.getByRole("button", { name: "Roll key" }).click();
    const drawer = page.getByRole("dialog", { name: "Roll Default Publishable API Key" });
    await dashboard.choose("This key stays valid", "Not at all");
    await drawer.getByRole("textbox", { name: "Title of the new key" }).fill("Storefront");
    const old = await dashboard.keyOf("Default Publishable API Key");
    await submit(drawer, "Roll");
    const token = await tokenOf("Key Rolled");
    assert.match(token, /^pk_[0-9a-f]{64}$/);
    await page.getByRole("heading", { name: "Storefront", exact: true }).waitFor();
    await dashboard.main.getByRole("cell", { name: "Default Sales Channel" }).waitFor();
    assert.equal(await dashboard.statusOf("/store/regions", { "x-publishable-api-key": token }), 200);
    assert.equal(await dashboard.statusOf("/store/regions", { "x-publishable-api-key": old.token }), 400);
  });

  step("offers only an end for a publishable key", async () => {
    await dashboard.openList("publishable");
    await page.getByRole("button", { name: "Create with limits" }).click();
    const dialog = page.getByRole("dialog", { name: "Create Publishable Key with an End" });
    await dialog.getByRole("textbox", { name: "Title" }).fill("Preview");
    assert.equal(await dialog.getByRole("textbox").count(), 1);
    await submit(dialog, "Create");
    await tokenOf("Key Created");
    await page.getByRole("heading", { name: "Preview", exact: true }).waitFor();
    assert.ok((await dashboard.keyOf("Preview")).revoked_at instanceof Date);
  });

  step("requests nothing from elsewhere, and no code of the page fails", () => dashboard.assertQuiet());

  /** A row of the widget on a key's page. */
  function rowOf(label) {
    const widget = dashboard.main.locator("div").filter({ has: page.getByRole("heading", { name: "Use and limits" }) });
    return widget
      .locator("div.grid")
      .filter({ has: page.getByText(label, { exact: true }) })
      .last();
  }

  function submit(dialog, name) {
    return dialog.getByRole("button", { name, exact: true }).click();
  }

  /** Reads and copies the token of a new key, and continues to its page. */
  async function tokenOf(title) {
    const prompt = page.getByRole("alertdialog", { name: title });
    await prompt.getByText(/^[sp]k_.•+..$/).waitFor();
    await prompt.getByRole("button", { name: "Show token" }).click();
    const token = await prompt.getByText(/^[sp]k_[0-9a-f]+$/).textContent();
    await prompt.getByRole("button", { name: "Copy token" }).click();
    await page.getByText("The token was copied to the clipboard.").first().waitFor();
    await prompt.getByRole("button", { name: "Continue" }).click();
    return token;
  }

  function sent(path) {
    return dashboard.browser.requests.filter((url) => url.endsWith(path)).length;
  }
});

/** The attributes of a row, which PostgreSQL keeps as text. */
function attributesOf({ attributes }) {
  return attributes === null ? null : JSON.parse(attributes);
}
