import type { ApiKey } from "../../types";
import { action, type Cli, command, connectable, hashingOption } from "../command";
import { EXIT } from "../exit";
import { keyJson, printKey, writtenToken } from "../keys";
import { describedKey, type KeyOptions, keyOf } from "./attributes";

interface CreateOptions extends KeyOptions {
  purpose?: string;
  tokenOnly?: boolean;
}

/** Adds `create`. */
export function addCreate(cli: Cli): void {
  const create = command(cli, "create", "create a key and print its token, which is shown only once", [
    ["A key for a CI job that ends in 30 days", "create --title CI --scopes 'products:read,orders:*' --expires-in 30d"],
    [
      "A key of a user, for one network",
      "create --title Backup --owner user:user_123 --allowed-ip 10.0.0.0/8,203.0.113.7",
    ],
    ["The token into a secret store", "create --title CI --token-only | gh secret set SHOP_API_KEY"],
    ["A storefront's key", "create --type publishable --title Storefront"],
  ]);
  describedKey(create)
    .option("--purpose <purpose>", "what a single-use key is for; redeem() accepts it once")
    .option("--token-only", "print the token and nothing else")
    .addOption(hashingOption());
  connectable(create).action(
    action<CreateOptions>(cli, async ({ service, terminal, options }) => {
      const { purpose, tokenOnly, json } = options;
      const key = (await service.createApiKeys({
        ...keyOf(options),
        ...(purpose === undefined ? {} : { purpose }),
      })) as ApiKey;
      if (json) {
        terminal.printJson(keyJson(key));
      } else if (tokenOnly) {
        terminal.print(key.token);
      } else {
        printKey(terminal, key);
        if (key.type === "secret") terminal.note("\nThe token is shown only once: store it now.");
      }
      await writtenToken(terminal, key);
      return EXIT.ok;
    }),
  );
}
