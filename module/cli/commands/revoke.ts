import type { ApiKeySelector } from "../../filters";
import type { ApiKey } from "../../types";
import { action, type Call, type Cli, command, connectable } from "../command";
import { CommandError, EXIT, type ExitCode, usageError } from "../exit";
import { keyJson, keysIn, previewKeys, printKeys } from "../keys";
import { confirm, rejectUnasked } from "../questions";
import { readToken } from "../secrets";
import { minute, secondsUntil } from "../times";
import { COMMAND_LINE } from "./attributes";
import { conditionsOf, live, type Selection, selecting } from "./selection";

interface RevokeOptions extends Selection {
  tokenStdin?: boolean;
  cascade?: boolean;
  dryRun?: boolean;
  revokeIn?: number;
  revokedBy: string;
  yes?: boolean;
}

/** Adds `revoke`. */
export function addRevoke(cli: Cli): void {
  const revoke = command(cli, "revoke", "revoke keys, now or at a later time", [
    ["A key", "revoke apk_01KCJ3N5V7YQX9ZB2D4F6H8J0K"],
    ["A key and every key that it created, directly or not", "revoke apk_01KCJ3N5V7YQX9ZB2D4F6H8J0K --cascade"],
    ["What that would end", "revoke apk_01KCJ3N5V7YQX9ZB2D4F6H8J0K --cascade --dry-run"],
    ["A token that was found somewhere", "revoke --token-stdin --yes < leaked.txt"],
    ["All keys of a user, in a script", "revoke --owner user:user_123 --yes --json"],
  ])
    .argument("[ids...]", "the ids of the keys")
    .option("--token-stdin", "revoke the key of the token on standard input")
    .option("--cascade", "also revoke the keys that these keys created, and so on")
    .option("--dry-run", "print what would be revoked, and change nothing")
    .option("--revoke-in <when>", "when the keys end: 12h, or a time such as 2027-01-31 (default: now)", secondsUntil)
    .option("--revoked-by <id>", "who revokes", COMMAND_LINE)
    .option("--yes", "do not ask");
  connectable(selecting(revoke)).action(
    action<RevokeOptions>(cli, (call) => {
      const { operands, options } = call;
      const conditions = conditionsOf(options);
      const ways = [options.tokenStdin, operands.length > 0, conditions.length > 0].filter(Boolean).length;
      if (ways === 0) {
        throw usageError("no keys: give their ids, --token-stdin, or an option that selects keys, such as --owner");
      }
      if (ways > 1) {
        throw usageError("ids, --token-stdin and options that select keys exclude each other");
      }
      if (options.tokenStdin) {
        return revokeByToken(call);
      }
      // Named keys that have ended are an error. Selected ones are left alone, but with --cascade what they created is not.
      const selected = options.cascade ? conditions : [...conditions, live()];
      return revokeKeys(call, operands.length > 0 ? { id: operands } : { $and: selected });
    }),
  );
}

async function revokeKeys(call: Call<RevokeOptions>, selector: ApiKeySelector): Promise<ExitCode> {
  const { service, terminal, options, operands } = call;
  const { cascade, dryRun, revokedBy, revokeIn, yes, json } = options;
  if (!dryRun) rejectUnasked(terminal, yes);
  const data = {
    revoked_by: revokedBy,
    ...(revokeIn === undefined ? {} : { revoke_in: revokeIn }),
    ...(cascade ? { cascade: true } : {}),
  };
  const found = await service.listApiKeys(selector, { take: null });
  const ids = new Set(found.map(({ id }) => id));
  const unknown = operands.filter((id) => !ids.has(id));
  if (unknown.length > 0) {
    throw new CommandError(EXIT.no, `no key has the id ${unknown.join(", ")}`);
  }
  // With --cascade the service itself leaves keys that end earlier their ends.
  const earlier = cascade ? [] : found.filter((key) => endsBefore(key, revokeIn));
  if (operands.length > 0 && earlier[0]?.revoked_at) {
    const { id, revoked_at } = earlier[0];
    throw usageError(`the key ${id} ends earlier, at ${minute(revoked_at)}; revoke does not prolong it`);
  }
  const prolonged = new Set(earlier);
  const named = found.filter((key) => !prolonged.has(key));
  if (named.length === 0) {
    throw new CommandError(EXIT.no, "no keys match");
  }
  // The keys are fixed before the question, so that the answer is about them.
  const target = { id: named.map(({ id }) => id) };
  const preview = cascade || dryRun ? await revoked(service.revoke(target, { ...data, dry_run: true })) : named;
  if (preview.length === 0) {
    throw new CommandError(EXIT.no, "no live keys match");
  }
  if (!dryRun) {
    if (!yes) previewKeys(terminal, preview);
    await confirm(terminal, `Revoke ${keysIn(preview.length)}${revokeIn ? " at that time" : ""}?`, yes);
  }
  const keys = dryRun ? preview : await revoked(service.revoke(target, data));
  if (json) {
    terminal.printJson({ dry_run: dryRun === true, keys: keys.map(keyJson) });
  } else {
    printKeys(terminal, keys);
    terminal.note(`\n${dryRun ? "Would revoke" : "Revoked"} ${keysIn(keys.length)}.`);
  }
  return EXIT.ok;
}

/** Whether a live key ends before a revocation in `revokeIn` seconds, which would prolong it. */
function endsBefore({ revoked_at }: ApiKey, revokeIn = 0): boolean {
  const now = Date.now();
  return revoked_at !== null && revoked_at.getTime() > now && revoked_at.getTime() < now + revokeIn * 1_000;
}

async function revokeByToken({ service, terminal, options }: Call<RevokeOptions>): Promise<ExitCode> {
  const { cascade, dryRun, revokeIn, revokedBy, yes, json } = options;
  if (dryRun || revokeIn !== undefined) {
    throw usageError("--token-stdin revokes now, and does not say what; --dry-run and --revoke-in need an id");
  }
  if (!yes) {
    throw usageError("standard input holds the token, so the command cannot ask: add --yes");
  }
  await service.revokeToken(await readToken(terminal), {
    revoked_by: revokedBy,
    ...(cascade ? { cascade: true } : {}),
  });
  if (json) {
    terminal.printJson({ done: true });
  } else {
    terminal.print("If the token belonged to a key, that key is revoked.");
  }
  return EXIT.ok;
}

async function revoked(call: Promise<ApiKey | ApiKey[]>): Promise<ApiKey[]> {
  return [await call].flat();
}
