import { createStep, StepResponse } from "@medusajs/framework/workflows-sdk";
import type { RollApiKeyInput } from "medusa-api-key-native";
import { apiKeyService } from "../../keys/service";
import { dismissSalesChannels, linkSalesChannels } from "./sales-channels";

interface Roll {
  /** The id of the key to replace. */
  id: string;
  /** The data of the roll. */
  data: RollApiKeyInput & { id: string };
  /** The sales channels of the new key. */
  sales_channel_ids: string[];
}

/**
 * Replaces a key in one transaction, after linking the new key's id to the sales channels.
 *
 * If the roll fails, the links are dismissed, unless its outcome is unknown: then the new key may exist, and without
 * sales channels a storefront could not use it. Links of an id without a key have no effect.
 *
 * If a later step of the workflow fails, the new key, whose token was not returned to anyone, and its links are deleted.
 * The revocation of the old key is final, as in Medusa's own step.
 */
export const rollApiKeyStep = createStep(
  "roll-api-key",
  async ({ id, data, sales_channel_ids }: Roll, { container }) => {
    const service = apiKeyService(container);
    await linkSalesChannels(container, data.id, sales_channel_ids);
    try {
      const rolled = await service.rollApiKeys(id, data);
      return new StepResponse(rolled, { id: rolled.created.id, sales_channel_ids });
    } catch (error) {
      if (Object(error).outcome !== "unknown") {
        // If this fails, too, the caller needs the error of the roll.
        await dismissSalesChannels(container, data.id, sales_channel_ids).catch(() => undefined);
      }
      throw error;
    }
  },
  async (created, { container }) => {
    if (created !== undefined) {
      await apiKeyService(container).deleteApiKeys([created.id]);
      await dismissSalesChannels(container, created.id, created.sales_channel_ids);
    }
  },
);
