import { createStep, StepResponse } from "@medusajs/framework/workflows-sdk";
import type { RollApiKeyInput } from "medusa-api-key-native";
import { apiKeyService } from "../../keys/service";

/**
 * Replaces a key in one transaction.
 *
 * If a later step of the workflow fails, the new key, whose token was not returned to anyone, is deleted. The revocation
 * of the old key is final, as in Medusa's own step.
 */
export const rollApiKeyStep = createStep(
  "roll-api-key",
  async ({ id, data }: { id: string; data: RollApiKeyInput }, { container }) => {
    const rolled = await apiKeyService(container).rollApiKeys(id, data);
    return new StepResponse(rolled, rolled.created.id);
  },
  async (created, { container }) => {
    if (created !== undefined) {
      await apiKeyService(container).deleteApiKeys([created]);
    }
  },
);
