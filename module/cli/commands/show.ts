import { action, type Cli, command, connectable } from "../command";
import { EXIT } from "../exit";
import { keyJson, printKey } from "../keys";

/** Adds `show`. */
export function addShow(cli: Cli): void {
  const show = command(cli, "show", "show a key by its id", [
    ["A key", "show apk_01KCJ3N5V7YQX9ZB2D4F6H8J0K"],
    ["Its scopes, in a script", "show apk_01KCJ3N5V7YQX9ZB2D4F6H8J0K --json | jq .scopes"],
  ]).argument("<id>", "the id of the key");
  connectable(show).action(
    action(cli, async ({ service, terminal, operands: [id = ""], options }) => {
      const key = await service.retrieveApiKey(id);
      if (options.json) {
        terminal.printJson(keyJson(key));
      } else {
        printKey(terminal, key);
      }
      return EXIT.ok;
    }),
  );
}
