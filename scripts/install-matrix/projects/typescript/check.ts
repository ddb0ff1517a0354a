import { type ApiKey, ApiKeyError, type ApiKeyModuleOptions, ApiKeyModuleService } from "medusa-api-key-native";

const options: ApiKeyModuleOptions & { databaseUrl: string } = { databaseUrl: "sqlite::memory:" };

async function main(): Promise<void> {
  const service = new ApiKeyModuleService(options);
  const created: ApiKey = await service.createApiKeys({ title: "Check", type: "secret", created_by: "matrix" });
  const found: ApiKey | false = await service.authenticate(created.token);
  if (found === false || found.id !== created.id) throw new Error("the key was not found");
  // @ts-expect-error A title is a string.
  await service.createApiKeys({ title: 1, type: "secret", created_by: "matrix" }).catch((error: unknown) => {
    if (!(error instanceof ApiKeyError)) throw error;
  });
  await service.close();
  // Declared here, since the project has no types of Node.js.
  (globalThis as unknown as { console: { log(text: string): void } }).console.log("works");
}

void main();
