// A handful of keys that differ in everything a filter can ask for.

import { type ApiKey, PUBLISHABLE, type Service } from "./service";

const day = (text: string) => new Date(`${text}T00:00:00.000Z`);

const SHELF = [
  { id: "apk_01", title: "Alpha", created_by: "user_1", created_at: day("2021-01-01") },
  { id: "apk_02", title: "alpha", type: "secret", created_by: "user_2", created_at: day("2021-01-02") },
  {
    id: "apk_03",
    title: "Beta one",
    created_by: "user_1",
    created_at: day("2021-01-03"),
    revoked_at: day("2022-01-01"),
    revoked_by: "user_1",
  },
  {
    id: "apk_04",
    title: "Beta two",
    type: "secret",
    created_by: "",
    created_at: day("2021-01-03"),
    revoked_at: day("2022-01-02"),
    revoked_by: "user_2",
  },
  {
    id: "apk_05",
    title: "",
    created_by: "user_3",
    created_at: day("2021-01-04"),
    revoked_at: day("2099-01-01"),
    revoked_by: "user_2",
  },
  {
    id: "apk_06",
    title: "100% wool",
    created_by: "user_3",
    created_at: day("2021-02-01"),
    last_used_at: day("2023-01-01"),
  },
  { id: "apk_07", title: "snake_case", type: "secret", created_by: "user_3", created_at: day("2021-02-02") },
  { id: "apk_08", title: "back\\slash", created_by: "user_3", created_at: day("2021-02-03") },
  { id: "apk_09", title: 'it\'s "quoted"', created_by: "user_3", created_at: new Date("2021-02-03T00:00:00.001Z") },
] as const;

/** Creates the keys and answers them as `listApiKeys` would, by id. */
export async function fillShelf(service: Service): Promise<ApiKey[]> {
  await service.createApiKeys(SHELF.map((key) => ({ ...PUBLISHABLE, ...key, updated_at: key.created_at })));
  return service.listApiKeys();
}
