// Lets keys with scopes into the Admin API, with a role of RBAC.

import { defineMiddlewares } from "@medusajs/framework/http";
import { scopedAdminKeys } from "medusa-api-key-native/medusa";

export default defineMiddlewares({
  routes: [...scopedAdminKeys({ roles: ["role_super_admin"] })],
});
