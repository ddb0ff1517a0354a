// Projects of users: new folders outside the checkout, in an environment that has a registry and no compiler.

import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const TEMPLATES = fileURLToPath(new URL("projects", import.meta.url));
/** None of these may be needed to install or to use the package. */
const COMPILERS = ["cargo", "rustc", "cc", "gcc", "g++", "clang", "make", "cmake", "node-gyp", "python", "python3"];
const TIMEOUT_MS = 300_000;

/** Where the projects of a run are, with a home directory of their own, so that no cache of this machine is used. */
export class Workshop {
  constructor({ registry, packageName, version, tools }) {
    Object.assign(this, { registry, packageName, version, tools });
    this.folder = mkdtempSync(join(tmpdir(), "medusa-api-key-native-matrix-"));
    this.home = join(this.folder, "home");
    this.noCompilers = join(this.folder, "no-compilers");
    mkdirSync(this.home);
    mkdirSync(this.noCompilers);
    for (const name of COMPILERS) {
      const file = join(this.noCompilers, name);
      writeFileSync(file, `#!/bin/sh\necho "${name} must not be needed" >&2\nexit 1\n`);
      chmodSync(file, 0o755);
    }
    this.count = 0;
    this.originals = new Map();
  }

  /** Creates a project from templates. `members` are added to its package.json, beside the package itself. */
  project(templates, { members = {}, name = "project", dependencies = true } = {}) {
    this.count += 1;
    const folder = join(this.folder, String(this.count), name);
    mkdirSync(folder, { recursive: true });
    for (const template of templates) cpSync(join(TEMPLATES, template), folder, { recursive: true });
    const file = join(folder, "package.json");
    const manifest = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : { private: true };
    if (dependencies) manifest.dependencies = { ...manifest.dependencies, [this.packageName]: this.version };
    writeFileSync(file, JSON.stringify({ name: "consumer", version: "1.0.0", ...manifest, ...members }, null, 2));
    return new Project(this, folder);
  }

  /** Creates a project and installs it with npm. */
  installedProject(templates, options) {
    const project = this.project(templates, options);
    project.npm("install");
    return project;
  }

  /** Creates a copy of a project that npm installed once for all copies. */
  copiedProject(templates, members = {}) {
    const key = JSON.stringify([templates, members]);
    const original = this.originals.get(key) ?? this.installedProject(templates, { members });
    this.originals.set(key, original);
    const copy = this.project([], { dependencies: false });
    cpSync(original.folder, copy.folder, { recursive: true });
    return copy;
  }

  environment(node) {
    const { url } = this.registry;
    return {
      PATH: [dirname(node), this.noCompilers, "/usr/bin", "/bin"].join(delimiter),
      HOME: this.home,
      LANG: "C.UTF-8",
      NO_COLOR: "1",
      NEXT_TELEMETRY_DISABLED: "1",
      npm_config_registry: url,
      npm_config_fund: "false",
      npm_config_audit: "false",
      npm_config_update_notifier: "false",
      NPM_CONFIG_REGISTRY: url,
      BUN_CONFIG_REGISTRY: url,
      YARN_REGISTRY: url,
      YARN_NPM_REGISTRY_SERVER: url,
      YARN_UNSAFE_HTTP_WHITELIST: "127.0.0.1",
      YARN_ENABLE_TELEMETRY: "0",
      // A package that was published a minute ago is what is installed here.
      YARN_NPM_MINIMAL_AGE_GATE: "0",
    };
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

class Project {
  constructor(workshop, folder) {
    this.workshop = workshop;
    this.folder = folder;
  }

  path(...path) {
    return join(this.folder, ...path);
  }

  /** Runs a program in the project and returns its output; throws if it fails, or with `fails` if it does not. */
  run(command, args, { node = this.workshop.tools.newest, env = {}, input = "", fails = false } = {}) {
    const { error, status, stdout, stderr } = spawnSync(command, args, {
      cwd: this.folder,
      env: { ...this.workshop.environment(node), ...env },
      input,
      encoding: "utf8",
      timeout: TIMEOUT_MS,
      maxBuffer: 64 * 1024 * 1024,
    });
    const output = `${stdout}${stderr}`;
    if (error !== undefined) throw error;
    if ((status !== 0) !== fails) {
      throw new Error(`${[command, ...args].join(" ")} exited with ${status}:\n${output.slice(-2_000)}`);
    }
    return output;
  }

  /** Runs a script in Node.js. */
  node(args, options = {}) {
    return this.run(options.node ?? this.workshop.tools.newest, args, options);
  }

  /** Runs a script that prints "works" at its end. */
  works(args, options) {
    const output = this.node(args, options);
    if (!output.includes("works")) throw new Error(`${args.join(" ")} printed:\n${output}`);
  }

  npm(...args) {
    return this.node([this.workshop.tools.npm, ...args, "--loglevel=error"]);
  }

  /** Sets members of package.json. */
  set(members) {
    const manifest = JSON.parse(readFileSync(this.path("package.json"), "utf8"));
    this.write("package.json", JSON.stringify({ ...manifest, ...members }, null, 2));
  }

  write(path, content) {
    writeFileSync(this.path(path), content);
  }

  /** The version of an installed package. */
  versionOf(name) {
    return JSON.parse(readFileSync(this.path("node_modules", name, "package.json"), "utf8")).version;
  }
}
