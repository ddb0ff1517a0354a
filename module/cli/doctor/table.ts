import type { Diagnosis } from "../../diagnosis";
import { MIGRATE } from "../database";
import { type Check, note, ok, problem } from "./check";

/** Checks the table, its triggers, and the rights on it. */
export function tableChecks({ server, table }: Diagnosis): Check[] {
  if (server.database === "postgres" && server.schema === null) {
    return [problem("table", "The schema does not exist, or the role may not use it.", "Correct --schema.")];
  }
  const place = server.schema === null ? "" : ` in the schema ${server.schema}`;
  const checks = [age(table, place)];
  if (!table.exists || server.database === "sqlite") {
    return checks;
  }
  return [...checks, privileges(table), ...triggers(table)];
}

function age({ exists, missingSteps, unknownSteps, mayMigrate }: Diagnosis["table"], place: string): Check {
  const role = mayMigrate ? "" : " This role may not: use one that owns the table and has CREATE on its schema.";
  const migrate = `Run: ${MIGRATE} (in a Medusa shop: npx medusa db:migrate).${role}`;
  if (!exists) {
    return problem("table", `There is no table api_key${place}.`, migrate);
  }
  if (missingSteps.length > 0) {
    return problem(
      "table",
      `The table api_key${place} is older than this version: it lacks the migration steps ${missingSteps.join(", ")}.`,
      migrate,
    );
  }
  if (unknownSteps.length > 0) {
    return note(
      "table",
      `A newer version of this package migrated the table api_key${place}: ${unknownSteps.join(", ")}.`,
      "Update the package here, too.",
    );
  }
  return ok("table", `The table api_key${place} is up to date.`);
}

function privileges({ missingPrivileges: missing }: Diagnosis["table"]): Check {
  return missing.length === 0
    ? ok("privileges", "The role may read and write the table.")
    : problem(
        "privileges",
        `The role lacks the privileges ${missing.join(", ")} on the table.`,
        `As the owner of the table: GRANT ${missing.join(", ")} ON api_key TO the role.`,
      );
}

function triggers({ triggers: defined, missingSteps }: Diagnosis["table"]): Check[] {
  // An older table gets its triggers with the migration.
  if (defined === null || missingSteps.includes("change_feed")) {
    return [];
  }
  return [
    defined
      ? ok("triggers", "The triggers that announce changes are in place.")
      : problem(
          "triggers",
          "The triggers that announce changes are missing, disabled or changed, so maxStaleness has no effect.",
          `Run: ${MIGRATE}, which restores them.`,
        ),
  ];
}
