// A copy of an example as a user has it: in its own folder, with only the packages that it declares.

import { type ChildProcess, spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";

const ROOT = join(__dirname, "../..");

export interface ExampleServer {
  url: string;
  /** Runs a script of the example to completion, and returns what it printed. */
  run(script: string, ...args: string[]): Promise<string>;
  /** Stops the server as an operator does; returns its exit code. */
  stop(): Promise<number | null>;
  remove(): Promise<void>;
}

/** Copies an example, and starts its server on this database. */
export async function startExample(name: string, databaseUrl: string): Promise<ExampleServer> {
  const directory = await mkdtemp(join(tmpdir(), `medusa-api-key-native-${name}-`));
  await cp(join(ROOT, "examples", name), directory, { recursive: true });
  const { dependencies } = JSON.parse(await readFile(join(directory, "package.json"), "utf8"));
  for (const dependency of Object.keys(dependencies)) {
    const link = join(directory, "node_modules", dependency);
    await mkdir(dirname(link), { recursive: true });
    await symlink(
      dependency === "medusa-api-key-native" ? ROOT : join(ROOT, "node_modules", dependency),
      link,
      "junction",
    );
  }
  const start = (script: string, args: string[] = []) =>
    spawn(process.execPath, [script, ...args], {
      cwd: directory,
      env: { ...process.env, DATABASE_URL: databaseUrl, PORT: "0", HOST: "127.0.0.1" },
      stdio: ["ignore", "pipe", "inherit"],
    });
  const server = start("server.js");
  const ended = endOf(server);
  return {
    url: await addressOf(server, ended),
    run: async (script, ...args) => {
      const child = start(script, args);
      let output = "";
      child.stdout?.on("data", (chunk) => {
        output += chunk;
      });
      const code = await endOf(child);
      if (code !== 0) throw new Error(`${script} ended with ${code}`);
      return output.trim();
    },
    stop: () => {
      server.kill("SIGTERM");
      return ended;
    },
    remove: async () => {
      server.kill("SIGTERM");
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function endOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once("close", resolve));
}

function addressOf(server: ChildProcess, ended: Promise<number | null>): Promise<string> {
  return new Promise((resolve, reject) => {
    ended.then((code) => reject(new Error(`the example ended with ${code} before it listened`)));
    createInterface({ input: server.stdout as NodeJS.ReadableStream }).on("line", (line) => {
      const [url] = /http:\S+$/.exec(line) ?? [];
      if (url) resolve(url);
    });
  });
}
