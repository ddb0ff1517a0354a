export { type RollApiKeyWorkflowInput, rollApiKeyWorkflow } from "./roll-api-key";
