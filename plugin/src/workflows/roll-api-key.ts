import { createWorkflow, transform, type WorkflowData, WorkflowResponse } from "@medusajs/framework/workflows-sdk";
import { planSuccessorStep } from "./steps/plan-successor";
import { rollApiKeyStep } from "./steps/roll-api-key";

/** The key to replace, and who replaces it. */
export interface RollApiKeyWorkflowInput {
  /** The id of the key to replace. */
  id: string;
  /** Stored as `revoked_by` of the old key and `created_by` of the new one. */
  actor_id: string;
  /** Seconds during which the old key stays valid. Default: 0. */
  revoke_in?: number;
  /** The new key's title. Default: the old key's. */
  title?: string;
}

/**
 * Replaces a key by a new one with its sales channels, and revokes it at once or after a grace period.
 *
 * The links are written first, under the id that the new key will have: the roll itself is one transaction and cannot be
 * undone. Where this workflow fails, the old key is as it was, unless the error says `outcome: "unknown"`: the roll may then
 * be done, so the links stay.
 */
export const rollApiKeyWorkflow = createWorkflow(
  "medusa-api-key-native-roll",
  (input: WorkflowData<RollApiKeyWorkflowInput>) => {
    const successor = planSuccessorStep({ id: input.id });
    const roll = transform({ input, successor }, ({ input: { id, actor_id, revoke_in, title }, successor }) => ({
      id,
      sales_channel_ids: successor.sales_channel_ids,
      data: {
        id: successor.id,
        revoked_by: actor_id,
        created_by: actor_id,
        ...(revoke_in !== undefined && { revoke_in }),
        ...(title !== undefined && { title }),
      },
    }));
    return new WorkflowResponse(rollApiKeyStep(roll));
  },
);
