import { configManager } from "@medusajs/framework/config";

const PACKAGE = "medusa-api-key-native";

/**
 * Checks the options of this plugin in Medusa's configuration. It has none, so that a misspelled or misplaced one is not
 * taken for a setting.
 *
 * @throws Error that names the option. Medusa then does not start.
 */
export function checkPluginOptions(plugins: readonly unknown[] = configManager.config.plugins ?? []): void {
  for (const plugin of plugins) {
    const { resolve, options } = Object(plugin) as { resolve?: unknown; options?: unknown };
    if (resolve !== PACKAGE) {
      continue;
    }
    if (options !== undefined && (typeof options !== "object" || options === null || Array.isArray(options))) {
      throw new Error(`The options of the plugin ${PACKAGE} must be an object`);
    }
    const [unknown] = Object.keys(options ?? {});
    if (unknown !== undefined) {
      throw new Error(
        `unknown option "${unknown}" of the plugin ${PACKAGE}, which has no options; those of the module are given in \`modules\``,
      );
    }
  }
}
