import { action, type Cli, command, connectable, hashingOption } from "../command";
import { EXIT } from "../exit";
import { keyJson, previewKeys, printKey, writtenToken } from "../keys";
import { confirm, rejectUnasked } from "../questions";
import { minute, secondsUntil } from "../times";
import { COMMAND_LINE } from "./attributes";

interface RollOptions {
  revokeIn?: number;
  revokedBy: string;
  createdBy?: string;
  title?: string;
  tokenOnly?: boolean;
  yes?: boolean;
}

/** The links of a publishable key are in Medusa, which this program does not reach. */
const CHANNELS =
  "In a Medusa shop the new key has no sales channels yet: add them in the Admin, where the plugin rolls keys with them.";

/** Adds `roll`. */
export function addRoll(cli: Cli): void {
  const roll = command(cli, "roll", "replace a key with a new one and print the new token", [
    ["With a day to deploy the new token", "roll apk_01KCJ3N5V7YQX9ZB2D4F6H8J0K --revoke-in 24h"],
    [
      "In a script",
      "roll apk_01KCJ3N5V7YQX9ZB2D4F6H8J0K --revoke-in 1h --yes --token-only | gh secret set SHOP_API_KEY",
    ],
  ])
    .argument("<id>", "the id of the key")
    .option(
      "--revoke-in <when>",
      "when the old key ends: 24h, or a time such as 2027-01-31 (default: now)",
      secondsUntil,
    )
    .option("--revoked-by <id>", "who revokes the old key", COMMAND_LINE)
    .option("--created-by <id>", "who creates the new key (default: the creator of the old one)")
    .option("--title <title>", "the title of the new key (default: that of the old one)")
    .option("--token-only", "print the new token and nothing else")
    .option("--yes", "do not ask")
    .addOption(hashingOption());
  connectable(roll).action(
    action<RollOptions>(cli, async ({ service, terminal, operands: [id = ""], options }) => {
      const { revokeIn, revokedBy, createdBy, title, tokenOnly, yes, json } = options;
      rejectUnasked(terminal, yes);
      const old = await service.retrieveApiKey(id);
      if (!yes) previewKeys(terminal, [old]);
      const end = revokeIn === undefined ? "now" : `at ${minute(new Date(Date.now() + revokeIn * 1_000))}`;
      await confirm(terminal, `Replace this key? The old token ends ${end}.`, yes);
      const { revoked, created } = await service.rollApiKeys(id, {
        revoked_by: revokedBy,
        ...(revokeIn === undefined ? {} : { revoke_in: revokeIn }),
        ...(createdBy === undefined ? {} : { created_by: createdBy }),
        ...(title === undefined ? {} : { title }),
      });
      if (json) {
        terminal.printJson({ revoked: keyJson(revoked), created: keyJson(created) });
      } else if (tokenOnly) {
        terminal.print(created.token);
      } else {
        printKey(terminal, created);
        terminal.note(`\nThe old key ends ${end}.`);
        if (created.type === "secret") terminal.note("The new token is shown only once: store it now.");
      }
      if (created.type === "publishable" && !json) terminal.note(CHANNELS);
      await writtenToken(terminal, created);
      return EXIT.ok;
    }),
  );
}
