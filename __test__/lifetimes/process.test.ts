// The process around a service.

import { execFile } from "node:child_process";
import { access, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describeOnEachDatabase } from "../support/databases";
import { openService } from "../support/ours";

const PACKAGE = JSON.stringify(join(__dirname, "../.."));
const CREATE = 'service.createApiKeys({ title: "A", type: "secret", created_by: "user_1" })';

/** Runs JavaScript as a program of its own and answers what it printed. Ends it, with an error, if it does not end by itself. */
const run = async (source: string, cwd: string = tmpdir()) =>
  (await promisify(execFile)(process.execPath, ["-e", source], { cwd, timeout: 20_000 })).stdout;

const program = (url: string, body: string) => `
  const { ApiKeyModuleService } = require(${PACKAGE});
  const service = new ApiKeyModuleService({ databaseUrl: ${JSON.stringify(url)} });
  (async () => { ${body} })().catch((error) => { console.error(error); process.exitCode = 1; });`;

describeOnEachDatabase("A process with an open service", (kind) => {
  let database: Awaited<ReturnType<typeof kind.create>>;

  beforeEach(async () => {
    database = await kind.create();
  });
  afterEach(() => database.drop());

  it("ends when it has nothing more to do", async () => {
    expect(await run(program(database.url, `${CREATE}.then(({ token }) => console.log(token.slice(0, 3)));`))).toBe(
      "sk_\n",
    );
  });

  it("ends when the service was never used", async () => {
    expect(await run(program(database.url, "console.log('made')"))).toBe("made\n");
  });

  it("stays alive until an unawaited call has settled", async () => {
    expect(await run(program(database.url, `await ${CREATE}; console.log("answered")`))).toBe("answered\n");
  });

  it("ends at process.exit with pending calls", async () => {
    expect(
      await run(program(database.url, `for (let i = 0; i < 20; i++) ${CREATE}; console.log("bye"); process.exit(0)`)),
    ).toBe("bye\n");
  });

  it("leaves keys that another process finds", async () => {
    const printed = await run(program(database.url, `console.log((await ${CREATE}).token)`));
    const service = openService(database.url);

    expect(await service.authenticate(printed.trim())).toMatchObject({ title: "A" });
    await service.close();
  });

  it("rejects immediately a key that another process has revoked", async () => {
    const service = openService(database.url);
    const { id, token } = await service.createApiKeys({ title: "A", type: "secret", created_by: "user_1" });
    expect(await service.authenticate(token)).toMatchObject({ id });
    await run(program(database.url, `await service.revoke(${JSON.stringify(id)}, { revoked_by: "user_1" })`));

    expect(await service.authenticate(token)).toBe(false);
    await service.close();
  });
});

describe("[sqlite] A service without options", () => {
  it("keeps its keys in api-keys.db in the working directory (M7)", async () => {
    const directory = await mkdtemp(join(tmpdir(), "medusa-api-key-native-"));
    await run(
      `const { ApiKeyModuleService } = require(${PACKAGE}); const service = new ApiKeyModuleService(); ${CREATE};`,
      directory,
    );

    await expect(access(join(directory, "api-keys.db"))).resolves.toBeUndefined();
    await rm(directory, { recursive: true });
  });

  it("can be imported by name in ES modules", async () => {
    const source = `import(${PACKAGE} + "/index.js").then((it) => console.log([it.ApiKeyModuleService, it.ApiKeyError, it.default.default ?? it.default].map((value) => typeof value).join()))`;

    expect(await run(source)).toBe("function,function,object\n");
  });
});
