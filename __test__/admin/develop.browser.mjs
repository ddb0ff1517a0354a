// The plugin's widgets in a development server, whose dashboard Vite bundles on demand. `npm run test:admin` runs it.

import { after, before, describe } from "node:test";
import { pluginShop } from "../../harness/shop/admin.mjs";
import { Dashboard, SHOP_TIMEOUT_MS, story, USER } from "./dashboard.mjs";

const FIRST_REQUEST_MS = 240_000;

describe("[postgres] The plugin in the dashboard of a development server", { timeout: SHOP_TIMEOUT_MS }, () => {
  const step = story();
  let dashboard;

  before(async () => {
    dashboard = await Dashboard.open(await pluginShop(), "development");
    // Vite bundles the dependencies at the first request.
    dashboard.page.setDefaultTimeout(FIRST_REQUEST_MS);
  });
  after(() => dashboard?.close());

  step("creates a key with limits, and shows them on its page", async () => {
    const { page } = dashboard;
    await dashboard.logIn();
    await page.getByRole("button", { name: "Create with limits" }).click();
    const dialog = page.getByRole("dialog", { name: "Create Secret Key with Limits" });
    await dialog.getByRole("textbox", { name: "Title" }).fill("Catalog");
    await dialog.getByRole("textbox", { name: "Scopes" }).fill("products:read");
    await dialog.getByRole("button", { name: "Create", exact: true }).click();
    await page.getByRole("alertdialog", { name: "Key Created" }).getByRole("button", { name: "Continue" }).click();
    await page.getByRole("heading", { name: "Catalog", exact: true }).waitFor();
    await dashboard.main.getByText("products:read", { exact: true }).waitFor();
    await dashboard.main.getByText(`by ${USER.email}`).first().waitFor();
  });
});
