import { en } from "./en";

/** The namespace of this plugin's texts among those of the dashboard. */
export const NAMESPACE = "medusa-api-key-native";

// The dashboard shows English where a language is missing.
export default { en: { [NAMESPACE]: en } };
