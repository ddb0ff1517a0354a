// Logs every key that is created, changed, revoked or deleted.

import type { SubscriberArgs, SubscriberConfig } from "@medusajs/framework";
import { ContainerRegistrationKeys } from "@medusajs/framework/utils";

export default async function logApiKeys({ event: { name, data }, container }: SubscriberArgs<{ id: string }>) {
  container.resolve(ContainerRegistrationKeys.LOGGER).info(`${name} ${data.id}`);
}

export const config: SubscriberConfig = {
  event: ["api_key.api-key.created", "api_key.api-key.updated", "api_key.api-key.deleted"],
};
