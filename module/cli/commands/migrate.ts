import { type Cli, command, connectable, settingsAction } from "../command";
import { withService } from "../database";
import { EXIT } from "../exit";

/** Adds `migrate`. */
export function addMigrate(cli: Cli): void {
  const migrate = command(cli, "migrate", "create the table api_key, or bring it up to date", [
    ["Before the first start, and after an update of the package", "migrate"],
    ["A file of SQLite", "migrate --database-url sqlite:api-keys.db"],
  ]);
  connectable(migrate).action(
    settingsAction(cli, ({ terminal, options }, settings) =>
      withService(settings, async ({ native_ }) => {
        const applied = await native_.migrate();
        if (options.json) {
          terminal.printJson({ applied });
          return EXIT.ok;
        }
        for (const step of applied) terminal.print(`applied ${step}`);
        terminal.note(applied.length > 0 ? "The table api_key is up to date." : "The table api_key was up to date.");
        return EXIT.ok;
      }),
    ),
  );
}
