// Where SQLite and PostgreSQL differ.

import { describeEverywhere } from "../support/implementations";
import { PUBLISHABLE } from "../support/service";

describeEverywhere("$fulltext", (current) => {
  const TITLES = {
    address: "mail user@example.com",
    host: "see www.example.com/a now",
    path: "/usr/local/bin",
    number: "costs 1.5 euros",
    hyphen: "well-known words",
    underscore: "snake_case",
    mixed: "a1b2",
    umlaut: "Über Straße",
  };

  beforeEach(() =>
    current().service.createApiKeys(Object.entries(TITLES).map(([id, title]) => ({ ...PUBLISHABLE, id, title }))),
  );

  const found = async (words: string) =>
    (await current().service.listApiKeys({ title: { $fulltext: words } })).map((key) => key.id);

  it.each<[string, string[]]>([
    ["user@example.com", ["address"]],
    ["www.example.com", ["host"]],
    ["1.5", ["number"]],
    ["known", ["hyphen"]],
    ["words known well", ["hyphen"]],
    ["well-known", ["hyphen"]],
    ["case", ["underscore"]],
    ["snake_case", ["underscore"]],
    ["a1b2", ["mixed"]],
    ["a1", []],
    ["ÜBER straße", ["umlaut"]],
    ["strasse", []],
  ])("finds %j as a whole word on every database (D8)", async (words, ids) => {
    expect(await found(words)).toEqual(ids);
  });

  it.each<[string, string[]]>([
    ["user", ["address"]],
    ["example", ["address", "host"]],
    ["local", ["path"]],
    ["5", ["number"]],
  ])("finds %j inside a host, a path or a number on SQLite only (D8)", async (words, ids) => {
    expect(await found(words)).toEqual(current().name === "sqlite" ? ids : []);
  });
});
