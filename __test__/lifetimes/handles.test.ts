// What close() leaves behind in the process: nothing.

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ApiKeyModuleService } from "../../index.js";
import { describeOnEachDatabase } from "../support/databases";
import { expectFailure } from "../support/failures";
import { runProgram } from "../support/own-process";

const PACKAGE = join(__dirname, "../..");
const JEST = join(PACKAGE, "node_modules/jest/bin/jest.js");

describeOnEachDatabase("A closed service", (kind) => {
  let database: Awaited<ReturnType<typeof kind.create>>;

  beforeEach(async () => {
    database = await kind.create();
  });
  afterEach(() => database.drop());

  it.each([
    ["never used", ""],
    ["used", 'await service.listApiKeys(); await service.authenticate("sk_1");'],
    ["used until the end", 'service.authenticate("sk_1").catch(() => {}); service.listApiKeys().catch(() => {});'],
  ])("leaves no threadsafe function and no timer when it was %s", async (_name, use) => {
    const program = runProgram(`
      const live = new Map();
      require("node:async_hooks").createHook({
        init: (id, type) => { if (/threadsafe_function|napi_|Timeout/i.test(type)) live.set(id, type); },
        destroy: (id) => { live.delete(id); },
      }).enable();
      const service = new ApiKeyModuleService({ databaseUrl: ${JSON.stringify(database.url)}, maxStaleness: 500 });
      ${use}
      await service.close();
      while (live.size > 0) await new Promise(setImmediate);
      console.log("nothing is left");`);
    expect(await program.line()).toBe("nothing is left");
    expect(await program.end()).toBe(0);
  });

  it("is not reported by Jest's --detectOpenHandles", async () => {
    const root = await realpath(await mkdtemp(join(tmpdir(), "medusa-api-key-native-jest-")));
    await mkdir(join(root, "tests"));
    await writeFile(join(root, "jest.config.js"), "module.exports = { testEnvironment: 'node', haste: {} };");
    await writeFile(
      join(root, "tests/service.test.js"),
      `const { ApiKeyModuleService } = require(${JSON.stringify(PACKAGE)});
      it("answers", async () => {
        const service = new ApiKeyModuleService({ databaseUrl: ${JSON.stringify(database.url)} });
        await service.listApiKeys();
        expect(await service.authenticate("sk_1")).toBe(false);
        await service.close();
      });`,
    );
    const { stderr } = await promisify(execFile)(process.execPath, [JEST, "--detectOpenHandles"], { cwd: root });

    expect(stderr).toMatch(/1 passed/);
    expect(stderr).not.toMatch(/open handle|napi_rs_threadsafe_function/);
    await rm(root, { recursive: true });
  });

  it.each([
    ["was never used", ""],
    ["was used", 'await service.listApiKeys(); await service.authenticate("sk_1");'],
    ["was closed", 'await service.listApiKeys(); await service.authenticate("sk_1"); await service.close();'],
  ])("is garbage-collected with its native part when it %s", async (_name, use) => {
    const program = runProgram(
      `
      const use = async () => {
        const service = new ApiKeyModuleService({ databaseUrl: ${JSON.stringify(database.url)}, maxStaleness: 500 });
        ${use}
        return ["service", "native_"].map((name) => new WeakRef(name === "service" ? service : service.native_));
      };
      const parts = await use();
      const collecting = setInterval(() => {
        gc();
        if (parts.some((part) => part.deref() !== undefined)) return;
        clearInterval(collecting);
        console.log("collected");
      }, 20);`,
      "--expose-gc",
    );
    expect(await program.line()).toBe("collected");
    expect(await program.end()).toBe(0);
  });

  it("is kept alive by a pending call", async () => {
    const program = runProgram(
      `
      const collecting = setInterval(gc, 1);
      const options = { databaseUrl: ${JSON.stringify(database.url)} };
      const call = (method, ...args) => new ApiKeyModuleService(options)[method](...args);
      console.log(await call("authenticate", "sk_1"));
      console.log((await call("listApiKeys", { token: "pk_1", type: "publishable" })).length);
      console.log((await call("createApiKeys", { title: "A", type: "secret", created_by: "user_1" })).title);
      clearInterval(collecting);`,
      "--expose-gc",
    );
    expect(await program.line()).toBe("false");
    expect(await program.line()).toBe("0");
    expect(await program.line()).toBe("A");
    expect(await program.end()).toBe(0);
  });

  it("is closed by Symbol.asyncDispose (M8)", async () => {
    const service = new ApiKeyModuleService({ databaseUrl: database.url });
    await service.listApiKeys();
    await service[Symbol.asyncDispose]();

    await expectFailure(service.listApiKeys(), "unexpected_state", /closed/);
    await expect(service[Symbol.asyncDispose]()).resolves.toBeUndefined();
  });
});
