// The example examples/password-reset, started in a copy of its own and called over HTTP, on both databases.

import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { describeOnEachDatabase } from "../support/databases";
import { openService } from "../support/ours";
import { until } from "../support/until";

const ROOT = join(__dirname, "../..");
const EXAMPLE = join(ROOT, "examples/password-reset");
const SHORT_SECONDS = 2;
const PEOPLE = [
  { path: "users", owner: { type: "user", id: "user_ada" }, email: "ada@example.com", password: "correct horse" },
  {
    path: "customers",
    owner: { type: "customer", id: "cus_bob" },
    email: "bob@example.com",
    password: "battery staple",
  },
] as const;

interface Mail {
  to: string;
  subject: string;
  text: string;
}

/** Copies the example to a folder with its declared dependencies only. */
function copyExample(): string {
  const directory = mkdtempSync(join(tmpdir(), "medusa-api-key-native-example-"));
  cpSync(EXAMPLE, directory, { recursive: true });
  const { dependencies } = JSON.parse(readFileSync(join(EXAMPLE, "package.json"), "utf8"));
  for (const name of Object.keys(dependencies)) {
    const link = join(directory, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(name === "medusa-api-key-native" ? ROOT : join(ROOT, "node_modules", name), link, "junction");
  }
  return directory;
}

/** A running server of the example. */
class Server {
  readonly mails: Mail[] = [];
  private errors = "";
  private readonly child;
  private readonly exited: Promise<number | null>;
  private url = "";

  constructor(directory: string, env: object) {
    this.child = spawn(process.execPath, ["server.js"], { cwd: directory, env: { ...process.env, PORT: "0", ...env } });
    this.exited = new Promise((resolve) => this.child.once("close", resolve));
    this.child.stderr.on("data", (text) => {
      this.errors += text;
    });
    createInterface({ input: this.child.stdout }).on("line", (line) => {
      if (line.startsWith("{")) this.mails.push(JSON.parse(line).mail);
      else this.url = /http:\S+/.exec(line)?.[0] ?? this.url;
    });
  }

  async started(): Promise<this> {
    const ended = this.exited.then((code) => `The server ended with ${code}: ${this.errors}`);
    const url = until(
      async () => this.url,
      (address) => address !== "",
    );
    const failure = await Promise.race([url.then(() => undefined), ended]);
    if (failure !== undefined) throw new Error(failure);
    return this;
  }

  async post(path: string, body: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
    const headers = { "Content-Type": "application/json" };
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const response = await fetch(this.url + path, { method: "POST", headers, body: text });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  /** Requests a reset and returns the token in the mail. */
  async requestToken(path: string, email: string): Promise<string> {
    const before = this.mails.length;
    expect(await this.post(`/${path}/password-resets`, { email })).toMatchObject({ status: 202 });
    await until(
      async () => this.mails.length,
      (count) => count > before,
    );
    return /#(sk_[0-9a-f]{64})\n/.exec(this.mails.at(-1)?.text ?? "")?.[1] as string;
  }

  confirm(token: unknown, password: unknown) {
    return this.post("/password-resets/confirm", { token, password });
  }

  async canLogIn(path: string, email: string, password: string): Promise<boolean> {
    return (await this.post(`/${path}/login`, { email, password })).status === 200;
  }

  /** Stops the server; resolves to its exit code and what it complained about. */
  async stop(): Promise<{ code: number | null; errors: string }> {
    this.child.kill("SIGTERM");
    return { code: await this.exited, errors: this.errors };
  }
}

const REFUSED = { status: 400, body: { type: "invalid_token", message: expect.any(String) } };

describeOnEachDatabase("the example of password resets", (database) => {
  let created: Awaited<ReturnType<typeof database.create>>;
  let directory: string;
  let server: Server;
  const start = (env: object = {}) => new Server(directory, { DATABASE_URL: created.url, ...env }).started();

  beforeEach(async () => {
    created = await database.create();
    directory = copyExample();
    server = await start();
  });
  afterEach(async () => {
    const stopped = await server.stop();
    rmSync(directory, { recursive: true, force: true });
    await created.drop();
    expect(stopped).toEqual({ code: 0, errors: "" });
  });

  it.each(PEOPLE)("sets the password of one of the $path, once (M14)", async ({ path, email, password, owner }) => {
    const token = await server.requestToken(path, email.toUpperCase());
    const other = PEOPLE.find((person) => person.path !== path) as (typeof PEOPLE)[number];

    expect(server.mails.at(-1)?.to).toBe(email);
    expect(await server.confirm(token, "a new password")).toMatchObject({ status: 200 });
    expect(await server.canLogIn(path, email, "a new password")).toBe(true);
    expect(await server.canLogIn(path, email, password)).toBe(false);
    expect(await server.canLogIn(other.path, other.email, other.password)).toBe(true);

    expect(await server.confirm(token, "another password")).toEqual(REFUSED);
    expect(await server.canLogIn(path, email, "a new password")).toBe(true);
    const keys = openService(created.url);
    expect(await keys.listApiKeys({ owner })).toMatchObject([
      { owner, purpose: "password-reset", revoked_by: "password-reset" },
    ]);
    await keys.close();
  });

  it("ends the older token of an account when a newer one is requested, and no other account's", async () => {
    const [ada, bob] = PEOPLE;
    const older = await server.requestToken(ada.path, ada.email);
    const bobs = await server.requestToken(bob.path, bob.email);
    const newer = await server.requestToken(ada.path, ada.email);

    expect(await server.confirm(older, "a new password")).toEqual(REFUSED);
    expect(await server.confirm(newer, "a new password")).toMatchObject({ status: 200 });
    expect(await server.confirm(bobs, "a new password")).toMatchObject({ status: 200 });
  });

  it("gives tokens ten minutes by default", async () => {
    const [ada] = PEOPLE;
    await server.requestToken(ada.path, ada.email);
    const keys = openService(created.url);
    const [key] = await keys.listApiKeys({ owner: ada.owner });
    await keys.close();

    expect((key?.revoked_at?.getTime() ?? 0) - (key?.created_at.getTime() ?? 0)).toBe(600_000);
  });

  it("refuses an expired token", async () => {
    const [ada] = PEOPLE;
    const short = await start({ RESET_SECONDS: String(SHORT_SECONDS) });
    const token = await short.requestToken(ada.path, ada.email);
    const end = Date.now() + SHORT_SECONDS * 1000;
    while (Date.now() <= end) await new Promise((resolve) => setTimeout(resolve, end - Date.now() + 1));

    expect(await short.confirm(token, "a new password")).toEqual(REFUSED);
    expect(await short.stop()).toEqual({ code: 0, errors: "" });
  });

  it("answers alike whether an address has an account or not", async () => {
    const [ada, bob] = PEOPLE;
    const answers: unknown[] = [];
    for (const email of [ada.email, "nobody@example.com", bob.email, ""]) {
      answers.push(await server.post(`/${ada.path}/password-resets`, { email }));
    }
    await until(
      async () => server.mails.length,
      (count) => count > 0,
    );

    expect(answers).toEqual(answers.map(() => answers[0]));
    // Bob is a customer and no user.
    expect(server.mails.map(({ to }) => to)).toEqual([ada.email]);
  });

  it("does not use up a token when the password is too short", async () => {
    const [ada] = PEOPLE;
    const token = await server.requestToken(ada.path, ada.email);

    expect(await server.confirm(token, "short")).toMatchObject({ status: 400, body: { type: "invalid_data" } });
    expect(await server.confirm(token, "long enough")).toMatchObject({ status: 200 });
  });

  it("refuses tokens of other purposes and invalid requests", async () => {
    const keys = openService(created.url);
    const admin = await keys.createApiKeys({ title: "Admin", type: "secret", created_by: "user_ada" });
    const email = await keys.createApiKeys({
      ...{ title: "Email", type: "secret", created_by: "shop", purpose: "email" },
      owner: { type: "user", id: "user_ada" },
    });
    for (const token of [admin.token, email.token, "sk_1", ""]) {
      expect(await server.confirm(token, "a new password")).toEqual(REFUSED);
    }
    expect(await keys.authenticate(admin.token)).toMatchObject({ id: admin.id });
    await keys.close();

    for (const path of ["/sellers/password-resets", "/constructor/password-resets", "/elsewhere"]) {
      expect(await server.post(path, { email: "ada@example.com" })).toMatchObject({ status: 404 });
    }
    for (const [path, body] of [
      ["/users/password-resets", {}],
      ["/users/password-resets", { email: ["ada@example.com"] }],
      ["/users/password-resets", "{"],
      ["/password-resets/confirm", { token: 5, password: "a new password" }],
    ] as const) {
      expect(await server.post(path, body)).toMatchObject({ status: 400, body: { type: "invalid_data" } });
    }
    expect(await server.canLogIn("users", "ada@example.com", "correct horse")).toBe(true);
  });
});
