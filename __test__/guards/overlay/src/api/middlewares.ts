// Lets keys with scopes into the Admin API, as docs/guards.md describes.

import { defineMiddlewares } from "@medusajs/framework/http";
import { scopedAdminKeys } from "medusa-api-key-native/medusa";

export default defineMiddlewares({
  routes: [...scopedAdminKeys()],
});
