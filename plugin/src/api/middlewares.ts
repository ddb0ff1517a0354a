import { defineMiddlewares } from "@medusajs/framework/http";
import { checkPluginOptions } from "../keys/options";
import { apiKeyMiddlewares } from "./admin/api-keys/middlewares";

// Medusa loads this file before it registers any route.
checkPluginOptions();

export default defineMiddlewares({ routes: apiKeyMiddlewares });
