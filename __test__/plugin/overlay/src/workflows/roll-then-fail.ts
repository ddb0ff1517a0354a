// The plugin's workflow as a step of another one, whose next step fails.

import { createStep, createWorkflow, type WorkflowData } from "@medusajs/framework/workflows-sdk";
import { rollApiKeyWorkflow } from "medusa-api-key-native/workflows";

const fail = createStep("fail-after-roll", async () => {
  throw new Error("The step after it failed.");
});

createWorkflow("roll-api-key-then-fail", (input: WorkflowData<{ id: string; actor_id: string }>) => {
  rollApiKeyWorkflow.runAsStep({ input });
  fail();
});
