import { createStep, StepResponse } from "@medusajs/framework/workflows-sdk";
import type { ApiKeyModuleService, RollApiKeyInput } from "medusa-api-key-native";
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
 * If the roll fails, the links are dismissed, unless the new key exists or may exist: its outcome is unknown, or the
 * workflow engine repeats a step that succeeded. Without sales channels a storefront could not use the key. Links of an
 * id without a key have no effect.
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
      if (Object(error).outcome !== "unknown" && !(await mayExist(service, data.id))) {
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

async function mayExist(service: ApiKeyModuleService, id: string): Promise<boolean> {
  const found = service.listApiKeys({ id }, { select: ["id"], withDeleted: true });
  return found.then(
    (keys) => keys.length > 0,
    () => true,
  );
}
