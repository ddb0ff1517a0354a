// The plugin's workflow on a database whose answer to the roll is lost.

import { Modules } from "@medusajs/framework/utils";
import { createStep, createWorkflow, type WorkflowData } from "@medusajs/framework/workflows-sdk";
import { ApiKeyError, type ApiKeyModuleService } from "medusa-api-key-native";
import { rollApiKeyWorkflow } from "medusa-api-key-native/workflows";

interface Input {
  id: string;
  actor_id: string;
  /** Whether the roll was committed before its answer was lost. */
  committed: boolean;
}

/** Lets the next roll of the service fail as if its answer was lost. */
const loseAnswer = createStep("lose-the-answer", async ({ committed }: Input, { container }) => {
  const service = container.resolve(Modules.API_KEY) as unknown as ApiKeyModuleService;
  service.rollApiKeys = async (...given) => {
    // The class has the method.
    Reflect.deleteProperty(service, "rollApiKeys");
    if (committed) await service.rollApiKeys(...given);
    throw new ApiKeyError("database_error", "The answer was lost.", undefined, "unknown");
  };
});

createWorkflow("roll-api-key-unsure", (input: WorkflowData<Input>) => {
  loseAnswer(input);
  rollApiKeyWorkflow.runAsStep({ input });
});
