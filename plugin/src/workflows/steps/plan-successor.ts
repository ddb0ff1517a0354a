import { ContainerRegistrationKeys, generateEntityId } from "@medusajs/framework/utils";
import { createStep, StepResponse } from "@medusajs/framework/workflows-sdk";
import { apiKeyService } from "../../keys/service";

interface Successor {
  /** The id that the new key will have. */
  id: string;
  /** The sales channels of the old key. */
  sales_channel_ids: string[];
}

/** Chooses the id of the new key and reads the sales channels of the old one. Rejects if the key does not exist. */
export const planSuccessorStep = createStep(
  "plan-api-key-successor",
  async ({ id }: { id: string }, { container }): Promise<StepResponse<Successor>> => {
    await apiKeyService(container).retrieveApiKey(id, { select: ["id"] });
    const { data } = await container.resolve(ContainerRegistrationKeys.QUERY).graph({
      entity: "api_key",
      fields: ["id", "sales_channels.id"],
      filters: { id },
    });
    const channels = data.flatMap((key) => (key.sales_channels ?? []) as ({ id: string } | null)[]);
    const sales_channel_ids = channels.flatMap((channel) => channel?.id ?? []);
    return new StepResponse({ id: generateEntityId(undefined, "apk"), sales_channel_ids });
  },
);
