import { type Cli, command, connectable, settingsAction } from "../command";
import type { Check, CheckState } from "../doctor/check";
import { examine } from "../doctor/examine";
import { EXIT } from "../exit";
import { type Colors, shown, type Terminal } from "../terminal";

/** The widths of the columns before the last. */
const STATE_WIDTH = 11;
const NAME_WIDTH = 14;

/** The narrowest last column. */
const MIN_TEXT_WIDTH = 40;

/** Adds `doctor`. */
export function addDoctor(cli: Cli): void {
  const doctor = command(cli, "doctor", "check the database, the table and the keys, and say what to do", [
    ["The database of DATABASE_URL", "doctor"],
    ["With the options of the service, for its hash keys and TLS", "doctor --options api-keys.json"],
    [
      "In a script: the exit code is 3 if there is a problem",
      "doctor --json | jq '.checks[] | select(.state != \"ok\")'",
    ],
  ]);
  connectable(doctor).action(
    settingsAction(cli, async ({ terminal, options }, settings) => {
      const checks = await examine(settings);
      const healthy = checks.every(({ state }) => state !== "problem");
      if (options.json) {
        terminal.printJson({ ok: healthy, checks });
      } else {
        print(terminal, checks);
      }
      return healthy ? EXIT.ok : EXIT.no;
    }),
  );
}

function print(terminal: Terminal, checks: Check[]): void {
  const { colors } = terminal;
  const width = Math.max(terminal.width - STATE_WIDTH - NAME_WIDTH, MIN_TEXT_WIDTH);
  terminal.printTable(
    [],
    checks.map(({ check, state, message, remedy }) => [
      mark(state, colors),
      colors.bold(check),
      remedy === null ? shown(message) : `${shown(message)}\n${colors.cyan(`→ ${shown(remedy)}`)}`,
    ]),
    [STATE_WIDTH, NAME_WIDTH, width],
  );
  const count = (state: CheckState) => checks.filter((check) => check.state === state).length;
  const [problems, notes] = [count("problem"), count("note")];
  const summary = `${problems} ${problems === 1 ? "problem" : "problems"}, ${notes} ${notes === 1 ? "note" : "notes"}`;
  terminal.print(`\n${problems > 0 ? colors.red(summary) : colors.green(summary)}`);
}

function mark(state: CheckState, colors: Colors): string {
  switch (state) {
    case "ok":
      return colors.green("✓ ok");
    case "note":
      return colors.yellow("! note");
    case "problem":
      return colors.red("✗ problem");
  }
}
