// What the plugin's forms make of what people type.

import { type Duration, secondsOf } from "../../plugin/src/admin/form/duration";
import { entriesOf, invalidScopes } from "../../plugin/src/admin/form/entries";
import { EMPTY, type KeyForm, problemsOf, requestOf } from "../../plugin/src/admin/form/key-form";

const form = (values: Partial<KeyForm>): KeyForm => ({
  ...EMPTY,
  title: "Catalog",
  scopes: "products:read",
  ...values,
});
const days = (text: string): Duration => ({ choice: "custom", days: text });

describe("A duration of the plugin's forms", () => {
  it.each<[Duration, number | null | undefined]>([
    [{ choice: "never", days: "" }, null],
    [{ choice: "now", days: "" }, 0],
    [{ choice: "day", days: "5" }, 86_400],
    [days("1"), 86_400],
    [days(" 0.5 "), 43_200],
    [days("36525"), 3_155_760_000],
    [days("36526"), undefined],
    [days("0"), undefined],
    [days("-1"), undefined],
    [days(""), undefined],
    [days(" "), undefined],
    [days("ten"), undefined],
    [days("Infinity"), undefined],
  ])("of %j is %p seconds", (duration, seconds) => {
    expect(secondsOf(duration)).toBe(seconds);
  });
});

describe("The entries of a text field", () => {
  it("are separated by lines, blanks and commas, each once", () => {
    expect(entriesOf(" a:b\n\nc:d, a:b;\te:f ,")).toEqual(["a:b", "c:d", "a:b;", "e:f"]);
    expect(entriesOf(" \n, ")).toEqual([]);
  });

  it("are scopes only in the form that the module accepts", () => {
    const valid = ["a:b", "*:read", "products:*", "*:*", "api-keys:write", "a.b_c:d"];
    const invalid = ["a", "a:", ":b", "A:b", "a:b:c", "a*:b", `${"a".repeat(65)}:b`, "ä:b"];
    expect(invalidScopes([...valid, ...invalid])).toEqual(invalid);
  });
});

describe("The form for a new key", () => {
  it.each<[string, KeyForm, "secret" | "publishable", string[]]>([
    ["nothing filled in", EMPTY, "secret", ["scopes", "title"]],
    ["a title of blanks", form({ title: "  " }), "secret", ["title"]],
    ["limited access without scopes", form({ scopes: " \n" }), "secret", ["scopes"]],
    ["a scope that is none", form({ scopes: "products:read orders" }), "secret", ["scopes"]],
    ["an end that is none", form({ expiry: days("soon") }), "secret", ["expiry"]],
    ["full access without scopes", form({ access: "everything", scopes: "" }), "secret", []],
    ["scopes of a publishable key", form({ scopes: "nonsense" }), "publishable", []],
    ["everything in order", form({}), "secret", []],
  ])("names the fields that are wrong: %s", (_, values, type, names) => {
    expect(Object.keys(problemsOf(values, type)).sort()).toEqual(names);
  });

  it("never sends a secret key without scopes unless full access is chosen", () => {
    expect(requestOf(form({ scopes: "" }), "secret").scopes).toEqual([]);
    expect(requestOf(form({ scopes: "a:b" }), "secret").scopes).toEqual(["a:b"]);
    expect(requestOf(form({ access: "everything", scopes: "a:b" }), "secret")).toEqual({
      ...{ title: "Catalog", type: "secret", expires_in: 7_776_000 },
    });
  });

  it("sends only an end for a publishable key", () => {
    const values = form({ title: " Web ", addresses: "10.0.0.0/8", expiry: { choice: "never", days: "" } });
    expect(requestOf(values, "publishable")).toEqual({ title: "Web", type: "publishable" });
    expect(requestOf(values, "secret")).toMatchObject({ scopes: ["products:read"], allowed_ips: ["10.0.0.0/8"] });
  });
});
