import stock from "@medusajs/api-key";
import { MedusaModule } from "@medusajs/modules-sdk";
import { defineLink } from "@medusajs/utils";
import apiKeyModule from "../../module/index";
import { joinerConfig } from "../../module/joiner-config";
import type { ApiKeyModuleService } from "../../module/service";

const stocks = stock.service.prototype.__joinerConfig();

/** A GraphQL schema without the white space that means nothing. */
function compact(schema = ""): string {
  return schema.replace(/\s+/g, " ").trim();
}

describe("the module's definition for Medusa", () => {
  it("has stock's joiner config with the same column order", () => {
    const ours = joinerConfig();
    expect({ ...ours, schema: compact(ours.schema) }).toStrictEqual({ ...stocks, schema: compact(stocks.schema) });
  });

  it("is available on the prototype and new on every call", () => {
    const { __joinerConfig } = apiKeyModule.service.prototype as ApiKeyModuleService;
    const config = __joinerConfig.call(undefined as never);
    config.alias.length = 0;
    config.linkableKeys.other_id = "Other";
    expect(__joinerConfig.call(undefined as never)).toStrictEqual(joinerConfig());
    expect(config).not.toEqual(joinerConfig());
  });

  it("has stock's linkable", () => {
    const { linkable } = apiKeyModule;
    const { toJSON: _ours, ...ours } = linkable.apiKey;
    const { toJSON: _stocks, ...stocks } = stock.linkable.apiKey as typeof linkable.apiKey;
    expect(ours).toStrictEqual(stocks);
    expect(JSON.stringify(linkable)).toBe(JSON.stringify(stock.linkable));
  });

  it("returns each link as plain data", () => {
    const { id, publishable_key_id } = apiKeyModule.linkable.apiKey;
    expect(id.toJSON()).toStrictEqual({ ...id });
    expect(publishable_key_id.toJSON()).toStrictEqual({ ...publishable_key_id });
    expect(apiKeyModule.linkable.apiKey.toJSON()).toStrictEqual(id);
  });

  it("produces the same links as stock's", () => {
    const shop = {
      serviceName: "shop",
      primaryKeys: ["id"],
      linkableKeys: { shop_id: "Shop" },
      alias: [{ name: ["shop", "shops"], entity: "Shop", args: { methodSuffix: "Shops" } }],
    };
    const shopId = { linkable: "shop_id", primaryKey: "id", serviceName: "shop", field: "shop", entity: "Shop" };
    const links = (definition: typeof apiKeyModule | typeof stock) => {
      const { apiKey } = definition.linkable as typeof apiKeyModule.linkable;
      const prototype = definition.service.prototype as Pick<typeof stock.service.prototype, "__joinerConfig">;
      return [apiKey, apiKey.id].map((end) => {
        defineLink(end, { linkable: shopId, isList: true });
        const register = MedusaModule.getCustomLinks().at(-1) as (modules: unknown[]) => unknown;
        return register([prototype.__joinerConfig(), shop]);
      });
    };
    expect(JSON.stringify(links(apiKeyModule))).toContain("api_key_id");
    expect(links(apiKeyModule)).toEqual(links(stock));
  });

  it("can be extended by Medusa", () => {
    expect(Object.isExtensible(apiKeyModule)).toBe(true);
    expect(Object.isExtensible(apiKeyModule.service)).toBe(true);
  });

  it("places the context parameter where stock places it", () => {
    const positions = (service: { prototype: object }) =>
      (service.prototype as { MedusaContextIndex_: Record<string, number> }).MedusaContextIndex_;
    const stocksPublic = Object.entries(positions(stock.service)).filter(([name]) => !name.endsWith("_"));
    expect(positions(apiKeyModule.service)).toMatchObject(Object.fromEntries(stocksPublic));
    expect(positions(apiKeyModule.service)).toMatchObject({
      ...{ create: 1, list: 2, rollApiKeys: 2, verify: 2 },
      ...{ ensureApiKeys: 2, importApiKeys: 1, redeem: 2 },
    });
  });

  it("is neither thenable nor serialized, so that it can be awaited and logged", () => {
    expect(apiKeyModule.service.prototype).not.toHaveProperty("then");
    expect(apiKeyModule.service.prototype).not.toHaveProperty("toJSON");
  });
});
