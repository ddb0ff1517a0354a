import type { ApiKeyModuleService } from "../../service";
import type { PrunedApiKeys, PruneInput } from "../../types";
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
        const { deleted: found } = await service.prune({ ...data, dryRun: true });
        await confirm(terminal, `Delete ${keysIn(found)} that ended before ${minute(endedBefore)} permanently?`, yes);
      }
      const { deleted, more } = dryRun ? await service.prune({ ...data, dryRun }) : await pruneAll(service, data);
      if (json) {
        terminal.printJson({ dry_run: dryRun === true, deleted, more });
      } else {
        terminal.print(
          `${dryRun ? "Would delete" : "Deleted"} ${keysIn(deleted)} that ended before ${minute(endedBefore)}.`,
        );
        if (more) terminal.note("More keys are due; run the command again.");
      }
      return EXIT.ok;
    }),
  );
}

/** Deletes until no key is due, the limit is reached, or other transactions hold all keys that are due. */
async function pruneAll(service: ApiKeyModuleService, { limit, ...data }: PruneInput): Promise<PrunedApiKeys> {
  let deleted = 0;
  for (;;) {
    const left = limit === undefined ? {} : { limit: limit - deleted };
    const pruned = await service.prune({ ...data, ...left });
    deleted += pruned.deleted;
    if (!pruned.more || pruned.deleted === 0 || deleted === limit) {
      return { deleted, more: pruned.more };
    }
  }
}
