// SQL on an SQLite file that the service has open.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** What the child process answers to one statement. */
type Answer = { rows: object[]; error?: undefined } | { error: string };

/** Runs SQL on one file through sqlite-process.js, which starts with the first statement. */
export class SqliteShell {
  private child: ChildProcess | null = null;
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly path: string) {}

  /** Runs one statement with `?` for its parameters and answers its rows. */
  query(sql: string, parameters: unknown[] = []): Promise<object[]> {
    const answer = this.last.then(() => this.ask(sql, parameters));
    this.last = answer.catch(() => undefined);
    return answer;
  }

  /** Ends the child process. */
  async close(): Promise<void> {
    await this.last;
    const { child } = this;
    if (child === null) return;
    this.child = null;
    const exited = once(child, "exit");
    child.disconnect();
    await exited;
  }

  private async ask(sql: string, parameters: unknown[]): Promise<object[]> {
    this.child ??= fork(join(__dirname, "sqlite-process.js"), [this.path], { execArgv: [] });
    const answered = once(this.child, "message");
    this.child.send({ sql, parameters });
    const [answer] = (await answered) as [Answer];
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.rows;
  }
}
