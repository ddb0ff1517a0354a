import type { ApiKeyDemand, RefusalReason } from "../../types";
import { action, type Cli, command, connectable } from "../command";
import { EXIT, usageError } from "../exit";
import { keyJson, printKey } from "../keys";
import { readToken, tokenArgument } from "../secrets";
import { list } from "../values";

interface VerifyOptions {
  scopes?: string[];
  ip?: string;
  ownerType?: string;
}

const REASONS: Record<RefusalReason, string> = {
  unknown: "no key that can be verified has this token",
  revoked: "the key was revoked",
  expired: "the key has expired",
  ip_not_allowed: "the key may not be used from this address",
  wrong_owner_type: "the owner of the key has another type",
  insufficient_scope: "the key lacks a scope",
};

/** Adds `verify`. */
export function addVerify(cli: Cli): void {
  const verify = command(cli, "verify", "check whether a token is accepted; it is read from standard input", [
    ["Asked for, without an echo", "verify"],
    ["In a script: the exit code is 0 or 3", "verify --scopes orders:read --json < /run/secrets/api-key"],
  ])
    .allowExcessArguments()
    .option("--scopes <scopes>", "the scopes that the key must have", list)
    .option("--ip <address>", "the address that the token is used from")
    .option("--owner-type <type>", "the type of owner that the key must have");
  connectable(verify).action(
    action<VerifyOptions>(cli, async ({ service, terminal, operands, options }) => {
      if (operands.length > 0) throw tokenArgument();
      const { scopes, ip, ownerType, json } = options;
      // Such as that of an unset variable.
      if (scopes?.length === 0) throw usageError("--scopes names no scope, so every key would have them all");
      const demand: ApiKeyDemand = {
        ...(scopes === undefined ? {} : { scopes }),
        ...(ip === undefined ? {} : { ip }),
        ...(ownerType === undefined ? {} : { owner_type: ownerType }),
      };
      const verified = await service.verify(await readToken(terminal), demand);
      if (json) {
        terminal.printJson(verified.valid ? { valid: true, key: keyJson(verified.key) } : verified);
      } else if (verified.valid) {
        terminal.print(terminal.colors.green("valid"));
        printKey(terminal, verified.key);
      } else {
        terminal.print(`${terminal.colors.red("refused")}: ${verified.reason} (${REASONS[verified.reason]})`);
      }
      return verified.valid ? EXIT.ok : EXIT.no;
    }),
  );
}
