// docs/command-line.md and docs/ending-a-breach.md: their commands run in a shell, in order, and print what is documented.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { alike, blocksOf, readersFolder } from "./blocks";

const ROOT = join(__dirname, "../..");
const page = (name: string) => readFileSync(join(ROOT, "docs", name), "utf8");
const PAGE = page("command-line.md");
const SHELL = "/bin/bash";
const END = "-- end of a command --";
const ID = /\bapk_[0-9A-HJKMNP-TV-Z]{26}\b/g;
const LONGEST_RUN_MS = 120_000;

/** A command of a page, with its documented output. */
interface Documented {
  line: string;
  output: string;
}

const commandsOf = (text: string): Documented[] =>
  blocksOf(text)
    .filter(({ purpose: [verb], language }) => verb === "runs" && language === "console")
    .flatMap((block) =>
      block.text
        .split(/^\$ /m)
        .slice(1)
        .map((command) => {
          const [line = "", ...output] = command.split("\n");
          return { line, output: output.join("\n") };
        }),
    );

/** Output without what differs between two runs, and without the breaks of long lines. */
const comparable = (text: string) =>
  alike(text)
    .replace(/\b\d{4}-\d{2}-\d{2} \d{2}:\d{2}Z/g, "<minute>")
    .replace(/[ \n]+/g, " ");

/** What a shop has: a `.env`, and the program where npm links it. */
function furnish(folder: string): void {
  writeFileSync(join(folder, ".env"), "DATABASE_URL=sqlite:api-keys.db\n");
  const binaries = join(folder, "node_modules/.bin");
  mkdirSync(binaries, { recursive: true });
  symlinkSync("../medusa-api-key-native/dist/cli/main.js", join(binaries, "medusa-api-key-native"));
}

/** A shell with the program as `npx medusa-api-key-native`, in a folder of its own. */
class Shell {
  private readonly child: ChildProcess;
  private output = "";

  constructor(folder: string) {
    const { DATABASE_URL: _, ...env } = process.env;
    this.child = spawn(SHELL, [], { cwd: folder, env: { ...env, NO_COLOR: "1" } });
    const collect = (chunk: Buffer) => {
      this.output += chunk;
    };
    this.child.stdout?.on("data", collect);
    const program = `'${process.execPath}' '${join(ROOT, "dist/cli/main.js")}'`;
    this.child.stdin?.write(`exec 2>&1\nnpx() { shift; ${program} "$@"; }\n`);
  }

  /** Runs a line and resolves to what it printed. */
  async run(line: string): Promise<string> {
    this.output = "";
    this.child.stdin?.write(`${line}\necho '${END}'\n`);
    while (!this.output.includes(END)) {
      if (this.child.exitCode !== null) throw new Error(`The shell ended: ${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return this.output.slice(0, this.output.indexOf(END));
  }

  end(): void {
    this.child.stdin?.end();
  }
}

describe("The documented commands", () => {
  it.each(["command-line.md", "ending-a-breach.md"])(
    "print what docs/%s has",
    async (name) => {
      const documented = commandsOf(page(name));
      expect(documented.length).toBeGreaterThan(5);
      const folder = readersFolder();
      furnish(folder);
      const shell = new Shell(folder);
      // The ids on the page, and those of this run.
      const ids = new Map<string, string>();
      try {
        for (const { line, output } of documented) {
          const printed = await shell.run(line.replace(ID, (id) => ids.get(id) ?? id));
          const found = printed.match(ID) ?? [];
          (output.match(ID) ?? []).forEach((id, index) => {
            if (!ids.has(id)) ids.set(id, found[index] ?? "");
          });
          expect(`$ ${line}\n${comparable(printed)}`).toBe(`$ ${line}\n${comparable(output)}`);
        }
      } finally {
        shell.end();
        rmSync(folder, { recursive: true, force: true });
      }
    },
    LONGEST_RUN_MS,
  );

  it("include each command", () => {
    const [, table = ""] = /\| command \| effect \|\n\|[-|]+\n((?:\|.*\n)+)/.exec(PAGE) ?? [];
    const names = [...table.matchAll(/^\| \[`(\w+)`\]/gm)].map(([, name]) => name);
    const run = commandsOf(PAGE).flatMap(({ line }) =>
      [...line.matchAll(/medusa-api-key-native (\w+)/g)].map(([, name]) => name),
    );

    expect(names).toHaveLength(10);
    expect(names.filter((name) => !run.includes(name))).toEqual([]);
  });

  it("have links in their page only to files and headings that exist", () => {
    const links = [...PAGE.matchAll(/\]\(([^)#]*)(?:#([^)]+))?\)/g)];
    const headings = [...PAGE.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
      title.toLowerCase().replaceAll(" ", "-"),
    );
    const broken = links.filter(([, path, heading]) =>
      path ? !existsSync(join(ROOT, "docs", path)) : !headings.includes(heading ?? ""),
    );

    expect(links.length).toBeGreaterThan(10);
    expect(broken.map(([link]) => link)).toEqual([]);
  });
});
