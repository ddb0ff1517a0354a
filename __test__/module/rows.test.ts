import { decodeKey } from "../../module/generated/columns";
import { decodeCreatedKey, decodePage } from "../../module/rows";
import { COLUMNS } from "../support/service";
import { sampleRow } from "./sample-row";

const ROW = sampleRow({ id: "apk_1", token: "sk_raw", title: "CI", revoked_at: 7, updated_at: 6 });

describe("a key on its way from Rust", () => {
  it("is a plain object in model order, with dates and nulls", () => {
    const key = decodeKey(ROW);
    expect(Object.keys(key)).toEqual(COLUMNS);
    expect(Object.getPrototypeOf(key)).toBe(Object.prototype);
    expect(key).toMatchObject({ last_used_at: null, created_at: expect.any(Date), revoked_by: null, deleted_at: null });
    expect(key.revoked_at).toEqual(new Date(7));
    expect(key.updated_at).toEqual(new Date(6));
  });

  it("has an own undefined salt after its token when it was created, and only then", () => {
    const created = decodeCreatedKey(ROW);
    expect(Object.keys(created).slice(0, 4)).toEqual(["id", "token", "salt", "redacted"]);
    expect(created).toHaveProperty("salt", undefined);
    expect(decodeKey(ROW)).not.toHaveProperty("salt");
  });

  it("has the selected columns only", () => {
    const page = { keys: [ROW], columns: ["id", "title", "revoked_by"], count: null };
    expect(decodePage(page)).toStrictEqual([{ id: "apk_1", title: "CI", revoked_by: null }]);
  });

  it("shows an empty token when its type was selected and it is a secret", () => {
    const secret = sampleRow({ id: "apk_1", token: "" });
    const publishable = sampleRow({ id: "apk_1", type: "publishable", token: "pk_1" });
    const page = { keys: [secret, publishable], columns: ["id", "type"], count: null };
    const keys = decodePage(page);
    expect(keys).toStrictEqual([
      { id: "apk_1", token: "", type: "secret" },
      { id: "apk_1", type: "publishable" },
    ]);
    expect(keys.map(Object.keys)).toEqual([
      ["id", "token", "type"],
      ["id", "type"],
    ]);
  });

  it("is whole when nothing was selected", () => {
    expect(decodePage({ keys: [ROW], columns: null, count: 1 })).toStrictEqual([decodeKey(ROW)]);
  });
});
