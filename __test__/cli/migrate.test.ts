// Only `migrate` creates and changes the table.

import { existsSync } from "node:fs";
import { describeOnEachDatabase } from "../support/databases";
import { openService } from "../support/ours";
import { createPostgresDatabase } from "../support/postgres";
import { createSqliteDatabase } from "../support/sqlite";
import { cliOn } from "./program";

describeOnEachDatabase("The command migrate", (database) => {
  it("names the steps that it applied, and applies none of them twice", async () => {
    const { url, drop } = await database.create();
    try {
      const cli = cliOn(url);
      const first = await cli.json("migrate");
      expect([first.exitCode, first.value.applied[0]]).toEqual([0, "create_api_key"]);
      expect(first.value.applied).toContain("attributes");
      expect((await cli.json("migrate")).value).toEqual({ applied: [] });
      expect((await cli.run("migrate")).stderr).toBe("The table api_key was up to date.\n");
    } finally {
      await drop();
    }
  });

  it("is named by the other commands where the table is missing, and they do not create it", async () => {
    const { url, drop } = await database.create();
    try {
      const cli = cliOn(url);
      for (const args of [["list"], ["create", "--title", "x"], ["show", "apk_1"], ["revoke", "apk_1", "--yes"]]) {
        const { exitCode, stdout, stderr } = await cli.run(...args);
        expect([exitCode, stdout, stderr]).toEqual([
          1,
          "",
          expect.stringContaining("npx medusa-api-key-native migrate"),
        ]);
      }
      const checks = (await cli.json("doctor")).value.checks.filter(
        ({ state }: { state: string }) => state === "problem",
      );
      expect(checks).toEqual([
        expect.objectContaining({ remedy: expect.stringContaining("npx medusa-api-key-native migrate") }),
      ]);
    } finally {
      await drop();
    }
  });

  it("is named by the other commands where an older version made the table", async () => {
    const { url, drop } = await database.create();
    try {
      const cli = cliOn(url);
      const { applied } = (await cli.json("migrate")).value;
      const newer = applied.slice(applied.indexOf("attributes"));
      const service = openService(url, { migrate: false });
      const { native_: native } = service as unknown as { native_: { rollBack(names: string[]): Promise<string[]> } };
      expect(await native.rollBack(newer)).toEqual([...newer].reverse());
      await service.close();

      expect(await cli.run("list")).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining("npx medusa-api-key-native migrate"),
      });
      expect((await cli.json("doctor")).value.checks).toContainEqual(
        expect.objectContaining({
          check: "table",
          state: "problem",
          message: expect.stringContaining(`it lacks the migration steps ${newer.join(", ")}.`),
        }),
      );
      expect((await cli.json("migrate")).value).toEqual({ applied: newer });
      expect((await cli.run("list")).exitCode).toBe(0);
    } finally {
      await drop();
    }
  });
});

describe("[sqlite] The commands on a file that does not exist", () => {
  it.each(["list", "doctor"])("%s leaves it missing", async (command) => {
    const { url, path, drop } = await createSqliteDatabase();
    expect((await cliOn(url).run(command)).exitCode).toBe(command === "doctor" ? 3 : 1);
    expect(existsSync(path)).toBe(false);
    await drop();
  });
});

describe("[postgres] The commands with --schema", () => {
  it("use the table of that schema", async () => {
    const database = await createPostgresDatabase();
    try {
      await database.query("CREATE SCHEMA keys");
      const cli = cliOn(database.url);
      await cli.run("migrate", "--schema", "keys");
      await cli.run("create", "--title", "Elsewhere", "--schema", "keys", "--hashing", "sha256");

      expect(await database.query("SELECT title FROM keys.api_key")).toEqual([{ title: "Elsewhere" }]);
      expect((await cli.run("list")).exitCode).toBe(1);
    } finally {
      await database.drop();
    }
  });
});
