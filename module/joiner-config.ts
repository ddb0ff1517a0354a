import { COLUMNS } from "./generated/columns";

const SCHEMA = `
scalar DateTime
scalar JSON
directive @enumValue(value: String) on ENUM_VALUE

enum ApiKeyTypeEnum {
  PUBLISHABLE @enumValue(value: "publishable")
  SECRET @enumValue(value: "secret")
}

type ApiKey {
${Object.entries(COLUMNS)
  .map(([name, type]) => `  ${name}: ${type}`)
  .join("\n")}
}
`;

/** How Medusa's query engine finds and links keys. */
export interface JoinerConfig {
  serviceName: string;
  primaryKeys: string[];
  schema: string;
  idPrefixToEntityName: Record<string, string>;
  linkableKeys: Record<string, string>;
  alias: {
    name: string[];
    entity: string;
    args: { methodSuffix: string };
    __internal: { tableName: string; crossjoinable: string[] };
  }[];
}

/** A new description of the module for Medusa's query engine, which modifies it. */
export function joinerConfig(): JoinerConfig {
  return {
    serviceName: "api_key",
    primaryKeys: ["id"],
    schema: SCHEMA,
    idPrefixToEntityName: { apk: "ApiKey" },
    linkableKeys: { api_key_id: "ApiKey", publishable_key_id: "ApiKey" },
    alias: [
      {
        name: ["api_key", "api_keys"],
        entity: "ApiKey",
        args: { methodSuffix: "ApiKeys" },
        __internal: { tableName: "api_key", crossjoinable: Object.keys(COLUMNS) },
      },
    ],
  };
}
