import type { MedusaContainer } from "@medusajs/framework/types";
import { ContainerRegistrationKeys, Modules } from "@medusajs/framework/utils";

/** Links a key to sales channels, as Medusa's own step does. */
export async function linkSalesChannels(container: MedusaContainer, id: string, channels: string[]): Promise<void> {
  if (channels.length > 0) {
    await container.resolve(ContainerRegistrationKeys.LINK).create(linksOf(id, channels));
  }
}

/** Dismisses these links. */
export async function dismissSalesChannels(container: MedusaContainer, id: string, channels: string[]): Promise<void> {
  if (channels.length > 0) {
    await container.resolve(ContainerRegistrationKeys.LINK).dismiss(linksOf(id, channels));
  }
}

function linksOf(id: string, channels: string[]) {
  return channels.map((channel) => ({
    [Modules.API_KEY]: { publishable_key_id: id },
    [Modules.SALES_CHANNEL]: { sales_channel_id: channel },
  }));
}
