// Compiled, never run: passes as long as `tsc` accepts it. `select` decides the type of the result.

import type { ApiKey, ApiKeyField, ApiKeyModuleService, FindConfig, SelectedApiKey } from "../../index";
import type { Equal } from "./equal";

type IdAndTitle = Pick<ApiKey, "id" | "title">;
type IdAndPerhaps<Field extends ApiKeyField> = Pick<ApiKey, "id"> & Partial<Pick<ApiKey, Exclude<Field, "id">>>;

export async function literals(service: ApiKeyModuleService) {
  const listed = await service.listApiKeys({}, { select: ["id", "title"] });
  const retrieved = await service.retrieveApiKey("apk_1", { select: ["title"] });
  const [page] = await service.listAndCountApiKeys({}, { select: ["title", "id"], take: 1 });
  const older = await service.list({ type: "secret" }, { select: ["title"] });
  const ids = await service.listApiKeys({}, { select: [] });
  const columns = ["id", "title"] as const;
  const constant = await service.listApiKeys({}, { select: columns, order: { title: "ASC" } });
  const all = await service.listApiKeys({}, { select: ["*"] });
  // @ts-expect-error: created_by is not selected
  retrieved.created_by;
  return { listed, retrieved, page, older, ids, constant, all };
}

type Literals = Awaited<ReturnType<typeof literals>>;
export type FollowLiterals = [
  Equal<Literals["listed"], IdAndTitle[]>,
  Equal<Literals["retrieved"], IdAndTitle>,
  Equal<Literals["page"], IdAndTitle[]>,
  Equal<Literals["older"], IdAndTitle[]>,
  Equal<Literals["ids"], Pick<ApiKey, "id">[]>,
  Equal<Literals["constant"], IdAndTitle[]>,
  Equal<Literals["all"], ApiKey[]>,
];

export async function withoutSelect(service: ApiKeyModuleService, filters?: { title: string }) {
  const all = await service.listApiKeys();
  const listed = await service.listApiKeys(filters, { take: 10, order: { id: -1 } });
  const retrieved = await service.retrieveApiKey("apk_1", { withDeleted: true });
  const undefinedSelect = await service.listApiKeys({}, { select: undefined });
  const [page, count] = await service.listAndCountApiKeys({ type: "secret" });
  return { all, listed, retrieved, undefinedSelect, page, count };
}

type Whole = Awaited<ReturnType<typeof withoutSelect>>;
export type FollowNoSelect = [
  Equal<Whole["all"], ApiKey[]>,
  Equal<Whole["listed"], ApiKey[]>,
  Equal<Whole["retrieved"], ApiKey>,
  Equal<Whole["undefinedSelect"], ApiKey[]>,
  Equal<Whole["page"], ApiKey[]>,
  Equal<Whole["count"], number>,
];

/** Columns that are known at run time only. */
export async function variables(
  service: ApiKeyModuleService,
  names: string[],
  some: ("id" | "title")[],
  flag: boolean,
) {
  const any = await service.listApiKeys({}, { select: names });
  const perhaps = await service.retrieveApiKey("apk_1", { select: some });
  const one = await service.listApiKeys({}, { select: [flag ? "title" : "type"] });
  const mixed = await service.listApiKeys({}, { select: ["title", ...names] });
  const either = await service.retrieveApiKey("apk_1", { select: flag ? ["title"] : undefined });
  const config: FindConfig = { take: 10 };
  const configured = await service.retrieveApiKey("apk_1", config);
  const title: string | undefined = configured.title;
  // @ts-expect-error: the title may be missing
  const certain: string = any[0]?.title ?? title;
  return { any, perhaps, one, mixed, either, certain };
}

type Unknown = Awaited<ReturnType<typeof variables>>;
export type AdmitWhatIsUnknown = [
  Equal<Unknown["any"], IdAndPerhaps<ApiKeyField>[]>,
  Equal<Unknown["perhaps"], IdAndPerhaps<"title">>,
  Equal<Unknown["one"], IdAndPerhaps<"title" | "type">[]>,
  Equal<Unknown["mixed"], IdAndPerhaps<ApiKeyField>[]>,
  // A whole key is one, too.
  Equal<Unknown["either"], IdAndTitle>,
  // biome-ignore lint/suspicious/noExplicitAny: what an untyped caller passes
  Equal<SelectedApiKey<any>, ApiKey>,
];

export async function rejected(service: ApiKeyModuleService): Promise<void> {
  // @ts-expect-error: no such column
  await service.listApiKeys({}, { select: ["id", "titel"] });
  // @ts-expect-error: no such column
  await service.retrieveApiKey("apk_1", { select: ["titel"] });
  // @ts-expect-error: no such column
  await service.listAndCountApiKeys({}, { select: ["titel"], take: 1 });
  // @ts-expect-error: no such column
  await service.list({}, { select: ["titel"] });
  // @ts-expect-error: no such column
  const config: FindConfig = { select: ["titel"] };
  // @ts-expect-error: salts are never returned
  await service.listApiKeys({}, { ...config, select: ["salt"] });
  // @ts-expect-error: an array, not a string
  await service.listApiKeys({}, { select: "title" });
}
