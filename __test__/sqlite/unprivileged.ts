// A service in a process without root's rights, so that file modes apply to it even if root runs the tests.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** What a call came to. */
export interface Came {
  answer?: unknown;
  failure?: { type: string; message: string; names: string[] };
}

export class UnprivilegedService {
  private readonly child: ChildProcess;

  constructor(options: object) {
    this.child = fork(join(__dirname, "unprivileged-process.js"), [JSON.stringify(options)], { execArgv: [] });
  }

  /** Calls a method; one call at a time. */
  async call(method: string, ...args: unknown[]): Promise<Came> {
    const came = once(this.child, "message");
    this.child.send({ method, args });
    return ((await came) as [Came])[0];
  }

  /** Closes the service and ends its process. */
  async stop(): Promise<void> {
    const exited = once(this.child, "exit");
    this.child.disconnect();
    await exited;
  }
}
