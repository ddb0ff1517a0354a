import type { MedusaContainer } from "@medusajs/framework/types";
import { MedusaError, Modules } from "@medusajs/framework/utils";
import type { ApiKeyModuleService } from "medusa-api-key-native";

const REMEDY =
  'The plugin medusa-api-key-native needs the module of the same name: add { resolve: "medusa-api-key-native" } to `modules` in medusa-config.ts';

/**
 * Returns the service that keeps the shop's keys.
 *
 * @throws MedusaError `not_allowed` if that is another module, such as Medusa's own.
 */
export function apiKeyService(container: Pick<MedusaContainer, "resolve">): ApiKeyModuleService {
  const service: unknown = container.resolve(Modules.API_KEY);
  if (typeof Object(service).rollApiKeys !== "function") {
    throw new MedusaError(MedusaError.Types.NOT_ALLOWED, REMEDY);
  }
  return service as ApiKeyModuleService;
}
