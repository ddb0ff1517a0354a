// Runs a workflow by its name, and tells how it ended.

import type { MedusaRequest, MedusaResponse } from "@medusajs/framework/http";
import { Modules } from "@medusajs/framework/utils";

interface Run {
  name: string;
  input: unknown;
}

interface Failure {
  action: string;
  error: { type?: string; message: string };
}

export async function POST({ body: { name, input }, scope }: MedusaRequest<Run>, response: MedusaResponse) {
  const engine = scope.resolve(Modules.WORKFLOW_ENGINE);
  const { result, errors } = await engine.run(name, { input, throwOnError: false });
  response.json({
    result,
    errors: (errors as Failure[]).map(({ action, error }) => ({ action, type: error.type, message: error.message })),
  });
}
