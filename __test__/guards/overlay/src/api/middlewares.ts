// Lets keys with scopes into the Admin API, as docs/guards.md describes.

import { defineMiddlewares } from "@medusajs/framework/http";
import { scopedAdminKeys } from "medusa-api-key-native/medusa";

const { SCOPED_KEYS_ROLES } = process.env;

export default defineMiddlewares({
  routes: [...scopedAdminKeys(SCOPED_KEYS_ROLES ? { roles: SCOPED_KEYS_ROLES.split(",") } : {})],
});
