// Programs that run in a process of their own.

import { type ChildProcess, spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const PACKAGE = JSON.stringify(join(__dirname, "../.."));

/** A program that runs until it ends by itself or its input ends. */
export interface Program {
  pid: number;
  /** Writes a line to its input. */
  tell(line: string): void;
  /** Resolves to the next line that it prints; rejects with what it complained about when it ends first. */
  line(): Promise<string>;
  /** Ends its input and resolves to its exit code. */
  end(): Promise<number | null>;
}

/** Runs the body of an async function with `ApiKeyModuleService`. A program that does not end is killed. */
export function runProgram(body: string, ...flags: string[]): Program {
  const source = `
    const { ApiKeyModuleService } = require(${PACKAGE});
    (async () => { ${body} })().catch((error) => { console.error(error); process.exitCode = 1; });`;
  const child: ChildProcess = spawn(process.execPath, [...flags, "-e", source], { cwd: tmpdir(), timeout: 25_000 });
  let complaint = "";
  child.stderr?.on("data", (text) => {
    complaint += text;
  });
  const exited = new Promise<number | null>((resolve) => child.once("close", resolve));
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  return {
    pid: child.pid as number,
    tell(line) {
      child.stdin?.write(`${line}\n`);
    },
    async line() {
      const { done, value } = await lines.next();
      if (done) throw new Error(`The program ended with exit code ${await exited}. ${complaint}`);
      return value;
    },
    async end() {
      child.stdin?.end();
      return exited;
    },
  };
}
