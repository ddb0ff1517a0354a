import { agreed } from "../agreed";
import { action, type Cli, command, connectable } from "../command";
import { EXIT } from "../exit";
import { keysIn } from "../keys";
import { confirm, rejectUnasked } from "../questions";
import { minute, timeAgo } from "../times";
import { count } from "../values";

interface PruneOptions {
  endedBefore: Date;
  limit?: number;
  dryRun?: boolean;
  yes?: boolean;
}

/** Adds `prune`. */
export function addPrune(cli: Cli): void {
  const prune = command(cli, "prune", "delete keys permanently that ended long ago", [
    ["What a deletion would hit", "prune --ended-before 90d --dry-run"],
    ["Every night", "prune --ended-before 90d --yes"],
    ["Keys that ended before a day", "prune --ended-before 2026-01-01"],
  ])
    .requiredOption("--ended-before <when>", "how long ago the keys must have ended: 90d, or 2026-01-01", timeAgo)
    .option("--limit <number>", "the most keys to delete (default: all)", count)
    .option("--dry-run", "count the keys, and delete none")
    .option("--yes", "do not ask");
  connectable(prune).action(
    action<PruneOptions>(cli, async ({ service, terminal, options }) => {
      const { endedBefore, limit, dryRun, yes, json } = options;
      if (!dryRun) rejectUnasked(terminal, yes);
      const data = { endedBefore, ...(limit === undefined ? {} : { limit }) };
      if (!dryRun && !yes) {
        const { deleted: found } = await agreed(service).prune({ ...data, dryRun: true });
        await confirm(terminal, `Delete ${keysIn(found)} that ended before ${minute(endedBefore)} permanently?`, yes);
      }
      const { deleted } = await agreed(service).prune({ ...data, ...(dryRun ? { dryRun: true } : {}) });
      if (json) {
        terminal.printJson({ dry_run: dryRun === true, deleted });
      } else {
        terminal.print(
          `${dryRun ? "Would delete" : "Deleted"} ${keysIn(deleted)} that ended before ${minute(endedBefore)}.`,
        );
      }
      return EXIT.ok;
    }),
  );
}
