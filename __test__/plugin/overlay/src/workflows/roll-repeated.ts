// The plugin's workflow whose step is repeated with the same planned id although it had succeeded, as after a crash of the
// workflow engine.

import { Modules } from "@medusajs/framework/utils";
import { createStep, createWorkflow, type WorkflowData } from "@medusajs/framework/workflows-sdk";
import type { ApiKeyModuleService } from "medusa-api-key-native";
import { rollApiKeyWorkflow } from "medusa-api-key-native/workflows";

interface Input {
  id: string;
  actor_id: string;
}

/** Lets the next roll of the service be the second one with these arguments. */
const rollBefore = createStep("roll-before", async (_: Input, { container }) => {
  const service = container.resolve(Modules.API_KEY) as unknown as ApiKeyModuleService;
  service.rollApiKeys = async (...given) => {
    // The class has the method.
    Reflect.deleteProperty(service, "rollApiKeys");
    await service.rollApiKeys(...given);
    return service.rollApiKeys(...given);
  };
});

createWorkflow("roll-api-key-repeated", (input: WorkflowData<Input>) => {
  rollBefore(input);
  rollApiKeyWorkflow.runAsStep({ input });
});
