// Rows of the matrix: the command line of the installed package, as npx starts it.

import { dirname, join } from "node:path";

/** Runs `npx medusa-api-key-native` in a project. npx must find the installed package: `--no` keeps it from fetching another one. */
function npx(project, args, options) {
  const { npm } = project.workshop.tools;
  return project.node(
    [join(dirname(npm), "npx-cli.js"), "--no", "--loglevel=error", "medusa-api-key-native", ...args],
    options,
  );
}

const env = { DATABASE_URL: "sqlite:api-keys.db" };

export const commandLine = [
  {
    name: "`npx medusa-api-key-native --help`",
    short: true,
    run(workshop) {
      const project = workshop.copiedProject(["plain"]);
      const help = npx(project, ["--help"]);
      for (const command of ["create", "verify", "doctor"]) {
        if (!new RegExp(`^ +${command}\\b`, "m").test(help))
          throw new Error(`--help does not list ${command}:\n${help}`);
      }
      return versionIn(npx(project, ["--version"]), workshop);
    },
  },
  {
    name: "`npx medusa-api-key-native migrate`, `create` and `verify`, on SQLite",
    short: true,
    run(workshop) {
      const project = workshop.copiedProject(["plain"]);
      npx(project, ["migrate"], { env });
      const token = npx(project, ["create", "--title", "Check", "--token-only"], { env }).trim();
      if (!/^sk_\w+$/.test(token)) throw new Error("create --token-only printed something else than a token");
      const output = npx(project, ["verify"], { env, input: token });
      if (!output.startsWith("valid")) throw new Error(`verify printed:\n${output}`);
      npx(project, ["verify"], { env, input: `${token}x`, fails: true });
      return versionIn(npx(project, ["--version"]), workshop);
    },
  },
];

function versionIn(output, { version }) {
  if (output.trim() !== version) throw new Error(`--version printed ${output}`);
  return version;
}
