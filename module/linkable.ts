/** A name under which a key can be linked, in the form that Medusa's `defineLink` takes. */
export interface ApiKeyLink {
  /** The name of the column in the link table. */
  linkable: string;
  /** The field of the key that the link holds. */
  primaryKey: string;
  /** Medusa's name of this module. */
  serviceName: string;
  /** The key's name in queries. */
  field: string;
  /** The key's name in the GraphQL schema. */
  entity: string;
}

/** A link as an object that `defineLink` serializes. */
export interface SerializableApiKeyLink extends ApiKeyLink {
  /** Returns the link alone. */
  toJSON(): ApiKeyLink;
}

/** The argument of `defineLink` for a key: `apiKey` itself, or one of its names. */
export interface ApiKeyLinkable {
  /** The API key. */
  apiKey: {
    /** The default link: `id`. */
    toJSON(): ApiKeyLink;
    /** By the key's id, in the column `api_key_id`. */
    id: SerializableApiKeyLink;
    /** By the key's id, in the column `publishable_key_id`. */
    publishable_key_id: SerializableApiKeyLink;
  };
}

/** The links that other modules can define to a key. */
export const linkable: ApiKeyLinkable = {
  apiKey: {
    toJSON() {
      return this.id;
    },
    id: link("api_key_id", "id"),
    publishable_key_id: link("publishable_key_id", "publishable_key_id"),
  },
};

function link(name: string, primaryKey: string): SerializableApiKeyLink {
  const plain = { linkable: name, primaryKey, serviceName: "api_key", field: "apiKey", entity: "ApiKey" };
  // Not enumerable, so that a link equals stock's.
  return Object.defineProperty({ ...plain, toJSON: () => ({ ...plain }) }, "toJSON", { enumerable: false });
}
