// --help and --version.

import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { readersFolder } from "../docs/blocks";
import { PROGRAM, runProgram } from "./program";

const ROOT = join(__dirname, "../..");
const { version, bin } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const COMMANDS = ["create", "list", "show", "revoke", "roll", "ensure", "verify", "prune", "migrate", "doctor"];

/** The arguments of an example, as a shell passes them; what follows a pipe or a redirection is not the program's. */
function argumentsOf(example: string): string[] {
  const [line = ""] = example.split(/ [|<>]/);
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? "",
  );
}

describe("The program", () => {
  it("is in package.json under the name of the package, and can be executed", () => {
    expect(bin).toEqual({ "medusa-api-key-native": "dist/cli/main.js" });
    expect(join(ROOT, bin["medusa-api-key-native"])).toBe(PROGRAM);
    expect(readFileSync(PROGRAM, "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  it("starts by the link that npm makes", async () => {
    const folder = readersFolder();
    const link = join(folder, "node_modules/.bin/medusa-api-key-native");
    mkdirSync(dirname(link));
    symlinkSync("../medusa-api-key-native/dist/cli/main.js", link);
    try {
      const { stdout } = await promisify(execFile)(process.execPath, [link, "--version"]);
      expect(stdout).toBe(`${version}\n`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("has packages that index.js does not load", async () => {
    const loaded = `Object.keys(require.cache).filter((path) => /\\.node$|commander|cli-table3|picocolors/.test(path)).length`;
    const program = `require(${JSON.stringify(ROOT)}); console.log(${loaded});`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--eval", program]);

    expect(stdout).toBe("0\n");
  });

  it("prints the version of the package", async () => {
    expect(await runProgram(["--version"])).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: "" });
  });

  it("lists its commands and exit codes with --help", async () => {
    const { exitCode, stdout } = await runProgram(["--help"]);

    expect(exitCode).toBe(0);
    expect([...stdout.matchAll(/^ {2}(\w+) \[options\]/gm)].map(([, name]) => name)).toEqual(COMMANDS);
    expect([...stdout.matchAll(/^ {2}(\d) {2}/gm)].map(([, code]) => code)).toEqual(["0", "1", "2", "3"]);
  });

  it.each(COMMANDS)("shows examples of %s that it accepts", async (command) => {
    const { exitCode, stdout } = await runProgram([command, "--help"]);
    const examples = [...stdout.matchAll(/^ {2}\$ medusa-api-key-native (.+)$/gm)].map(([, line = ""]) =>
      argumentsOf(line),
    );

    expect([exitCode, examples.length > 0]).toEqual([0, true]);
    for (const args of examples) {
      expect(args[0]).toBe(command);
      // Without a database, a command line that was read ends here.
      const { stderr } = await runProgram(
        args.filter((arg) => !arg.endsWith("api-keys.db") && arg !== "--database-url"),
      );
      expect([args, stderr]).toEqual([
        args,
        expect.stringMatching(/^error: (?:no database: set DATABASE_URL|--options: the file cannot be read: ENOENT)/),
      ]);
    }
  });
});
