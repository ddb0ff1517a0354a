import type { DeclaredApiKey } from "../../types";
import { action, type Cli, command, connectable, hashingOption } from "../command";
import { EXIT } from "../exit";
import { keyJson, printKey } from "../keys";
import { readToken, tokenArgument } from "../secrets";
import { describedKey, type KeyOptions, keyOf } from "./attributes";

interface EnsureOptions extends KeyOptions {
  update?: boolean;
  allowWeak?: boolean;
}

/** Adds `ensure`. */
export function addEnsure(cli: Cli): void {
  const ensure = command(cli, "ensure", "create a key for the token on standard input, unless it has one", [
    ["At every deployment", "ensure --title CI --created-by deployment < /run/secrets/api-key"],
    ["The same, with the declared scopes", "ensure --title CI --scopes products:read --update < /run/secrets/api-key"],
    ["From a variable, in bash", 'ensure --title CI <<< "$CI_API_KEY"'],
  ]).allowExcessArguments();
  describedKey(ensure)
    .option("--update", "change an existing key to what is declared")
    .option("--allow-weak", "accept a token that can be guessed; rejected if NODE_ENV is production")
    .addOption(hashingOption());
  connectable(ensure).action(
    action<EnsureOptions>(cli, async ({ service, terminal, operands, options }) => {
      if (operands.length > 0) throw tokenArgument();
      const { update, allowWeak, json } = options;
      const token = await readToken(terminal);
      const { key, ...outcome } = (await service.ensureApiKeys(
        { ...keyOf(options), token },
        { update: update === true, allowWeak: allowWeak === true },
      )) as DeclaredApiKey;
      if (json) {
        terminal.printJson({ ...outcome, key: keyJson(key) });
      } else {
        terminal.print(outcome.state);
        printKey(terminal, key);
        explain(outcome, (text) => terminal.note(text));
      }
      return outcome.state === "revoked" || outcome.state === "deleted" ? EXIT.no : EXIT.ok;
    }),
  );
}

function explain({ state, differences = [] }: Omit<DeclaredApiKey, "key">, note: (text: string) => void): void {
  if (differences.length > 0) {
    note(`\nNot as declared: ${differences.join(", ")}${state === "different" ? "; --update changes it" : ""}.`);
  }
  if (state === "revoked" || state === "deleted") {
    note(`\nThe key of this token is ${state}, and stays so: declare a new token.`);
  }
}
