// Medusa's workflows of API keys as a step of another one, whose next step fails: `create-api-keys-then-fail` and so on.

import { createStep, createWorkflow, type ReturnWorkflow, type WorkflowData } from "@medusajs/framework/workflows-sdk";
import {
  createApiKeysWorkflow,
  deleteApiKeysWorkflow,
  linkSalesChannelsToApiKeyWorkflow,
  revokeApiKeysWorkflow,
  updateApiKeysWorkflow,
} from "@medusajs/medusa/core-flows";

const fail = createStep("fail", async () => {
  throw new Error("The step after it failed.");
});

function thenFail<Input>(workflow: ReturnWorkflow<Input, unknown, never[]>): void {
  createWorkflow(`${workflow.getName()}-then-fail`, (input: WorkflowData<Input>) => {
    workflow.runAsStep({ input });
    fail();
  });
}

for (const workflow of [
  createApiKeysWorkflow,
  updateApiKeysWorkflow,
  revokeApiKeysWorkflow,
  deleteApiKeysWorkflow,
  linkSalesChannelsToApiKeyWorkflow,
]) {
  thenFail(workflow as unknown as ReturnWorkflow<unknown, unknown, never[]>);
}
