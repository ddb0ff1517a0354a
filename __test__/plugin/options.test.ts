// The options of the plugin in medusa-config.ts.

import { Admin, PLUGIN } from "./admin";

const { checkPluginOptions } = require("../../.medusa/server/src/keys/options.js") as {
  checkPluginOptions: (plugins: unknown[]) => void;
};
const withOptions = (options: unknown) => [
  { resolve: "another-plugin", options: { scopes: [] } },
  { resolve: "medusa-api-key-native", options },
];

describe("The options of the plugin", () => {
  it.each<[string, unknown[]]>([
    ["no plugins", []],
    ["a plugin given as a string", ["medusa-api-key-native"]],
    ["no options", withOptions(undefined)],
    ["empty options", withOptions({})],
  ])("accept %s", (_, plugins) => {
    expect(() => checkPluginOptions(plugins)).not.toThrow();
  });

  it.each<[string, unknown, string]>([
    ["an option of the module", { hashing: "sha256" }, 'unknown option "hashing" of the plugin medusa-api-key-native'],
    ["an unknown option", { enabled: undefined }, 'unknown option "enabled"'],
    ["an array", [], "must be an object"],
    ["null", null, "must be an object"],
    ["a string", "on", "must be an object"],
  ])("reject %s", (_, options, message) => {
    expect(() => checkPluginOptions(withOptions(options))).toThrow(message);
  });
});

describe("[postgres] A Medusa server whose plugin has an unknown option", () => {
  it("does not start, and prints the option", async () => {
    const settings = PLUGIN.replace("{} }", '{ hashing: "sha256" } }');
    await expect(Admin.open({ settings })).rejects.toThrow('unknown option "hashing" of the plugin');
  }, 300_000);
});
