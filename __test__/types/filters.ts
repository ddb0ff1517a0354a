// Compiled, never run: passes as long as `tsc` accepts it. Filters and orders are checked as they are at run time.

import type { ApiKeyModuleService, FindConfig, SortDirection } from "../../index";

export async function filters(service: ApiKeyModuleService, now: Date): Promise<void> {
  await service.listApiKeys({ $or: [{ revoked_at: null }, { revoked_at: { $gt: now } }], q: "CI" });
  await service.listApiKeys({ type: "secret", $not: { title: { $ilike: "%old%" } } });
  await service.listApiKeys({ title: /^CI/i, id: ["apk_1", "apk_2"], token: { $in: ["pk_1"] } });
  await service.listApiKeys({ id: { $in: ["apk_1", null] }, created_at: { $gte: "2030-01-01", $lt: now } });
  // @ts-expect-error: $eq takes no array
  await service.listApiKeys({ title: { $eq: ["CI"] } });
  // @ts-expect-error: $eq takes no array
  await service.listApiKeys({ revoked_at: { $eq: [now] } });
  // @ts-expect-error: $eq takes no array
  await service.listApiKeys({ token: { $eq: ["pk_1"] } });
  // @ts-expect-error: $eq takes no array
  await service.revoke({ $or: [{ type: { $eq: ["secret"] } }] }, { revoked_by: "u" });
  // @ts-expect-error: $ne takes no array
  await service.listApiKeys({ title: { $ne: ["CI"] } });
  // @ts-expect-error: $in takes an array
  await service.listApiKeys({ title: { $in: "CI" } });
  // @ts-expect-error: $exists takes a boolean
  await service.listApiKeys({ revoked_at: { $exists: 1 } });
  // @ts-expect-error: a time matches no pattern
  await service.listApiKeys({ created_at: { $like: "2030%" } });
  // @ts-expect-error: a time matches no pattern
  await service.listApiKeys({ created_at: /2030/ });
  // @ts-expect-error: a token can only be equal
  await service.listApiKeys({ token: { $like: "pk_%" } });
  // @ts-expect-error: salts cannot be filtered by
  await service.listApiKeys({ salt: "00" });
  // @ts-expect-error: no such column
  await service.updateApiKeys({ id: "apk_1", titel: "CI" }, { title: "CI" });
}

export async function orders(service: ApiKeyModuleService): Promise<void> {
  const directions: SortDirection[] = ["ASC", "desc", "DESC NULLS LAST", "asc nulls first", 1, -1];
  await service.listApiKeys({}, { order: { created_at: "DESC", id: directions[0] ?? "ASC" } });
  await service.listApiKeys({}, { order: [{ title: 1 }, { id: -1 }] });
  await service.listAndCountApiKeys({}, { order: { last_used_at: "DESC NULLS LAST" } });
  // @ts-expect-error: no such column
  await service.listApiKeys({}, { order: { titel: "ASC" } });
  // @ts-expect-error: no such column
  await service.listApiKeys({}, { select: ["id"], order: { titel: "ASC" } });
  // @ts-expect-error: an order by tokens would reveal hashes
  await service.listApiKeys({}, { order: { token: "ASC" } });
  // @ts-expect-error: no such direction
  await service.listApiKeys({}, { order: { title: "up" } });
  // @ts-expect-error: no such direction
  await service.listAndCountApiKeys({}, { order: { title: 2 } });
  // @ts-expect-error: no such direction
  await service.list({}, { order: [{ title: "ASC NULLS" }] });
  // @ts-expect-error: no such direction
  await service.retrieveApiKey("apk_1", { order: { "sales_channel.name": "up" } });
}

export async function linkedModules(service: ApiKeyModuleService): Promise<void> {
  const link = { table: "publishable_api_key_sales_channel", sourceKey: "publishable_key_id", targetKey: "id" };
  const target = { table: "sales_channel", filters: { name: { $ilike: "web%" } } };
  const config: FindConfig = {
    order: { "sales_channel.name": "DESC", title: "ASC" },
    __internal: { crossModuleJoins: [{ link, target }] },
  };
  await service.listApiKeys({ type: "publishable" }, config);
  await service.listAndCountApiKeys({}, { ...config, select: ["id"] });
}

export async function pages(service: ApiKeyModuleService): Promise<void> {
  await service.listApiKeys({}, { take: 10, skip: null, withDeleted: true, relations: [], filters: {} });
  // @ts-expect-error: the member is called take
  await service.listApiKeys({}, { limit: 10 });
  // @ts-expect-error: an integer, not a string
  await service.listApiKeys({}, { take: "10" });
}
