import { ApiKeyModuleService } from "medusa-api-key-native";

export const dynamic = "force-dynamic";

export async function GET() {
  const service = new ApiKeyModuleService({ databaseUrl: "sqlite::memory:" });
  const { id, token } = await service.createApiKeys({ title: "Check", type: "secret", created_by: "matrix" });
  const found = await service.authenticate(token);
  await service.close();
  return new Response(found !== false && found.id === id ? "works" : "fails");
}
