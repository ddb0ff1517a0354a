// Rows of the matrix: installations that cannot work, whose error must name the cause.

import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A failure: `prepare` returns a broken project. `options` are those of Node.js. */
const failure = (name, expected, prepare, options = () => []) => ({
  name,
  short: true,
  run(workshop) {
    const project = prepare(workshop);
    const output = project.node([...options(workshop), "check.cjs"], { fails: true });
    const message = /Error: (medusa-api-key-native cannot load its addon .*)/.exec(output)?.[1];
    if (message === undefined || !message.includes(expected)) {
      throw new Error(`the error does not name the cause, "${expected}":\n${output.slice(0, 2_000)}`);
    }
    return message;
  },
});

export const failures = [
  failure("Installed with `--omit=optional`", "is not installed. Install without --omit=optional", (workshop) => {
    const project = workshop.project(["plain"]);
    project.npm("install", "--omit=optional");
    return project;
  }),
  failure("`node_modules` copied from another platform", "node_modules was installed for darwin-", (workshop) => {
    const project = workshop.copiedProject(["plain"]);
    const [name, folder] = platformPackage(project);
    const other = `${workshop.packageName}-darwin-${process.arch === "arm64" ? "x64" : "arm64"}`;
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    writeFileSync(join(folder, "package.json"), JSON.stringify({ ...manifest, name: other }));
    renameSync(folder, project.path("node_modules", other));
    if (name === other) throw new Error("the project was installed for another platform");
    return project;
  }),
  failure("A shared library is missing", "the shared library libX.so.6 is missing", (workshop) =>
    edited(workshop, /\0libm\.so\.6(?=\0)/, "\0libX.so.6"),
  ),
  failure("The system's glibc is too old", "it needs glibc 9.", (workshop) =>
    edited(workshop, /\0GLIBC_2(?=\.\d+\0)/, "\0GLIBC_9"),
  ),
  failure(
    "Permissions without `--allow-addons`",
    "Start it with --allow-addons",
    (workshop) => workshop.copiedProject(["plain"]),
    // The option's name until Node.js 22.
    ({ tools }) => [
      tools.newest === tools.node[20] ? "--experimental-permission" : "--permission",
      "--allow-fs-read=*",
    ],
  ),
];

/** A project whose addon asks for another name, of the same length. */
function edited(workshop, pattern, replacement) {
  const project = workshop.copiedProject(["plain"]);
  const [, folder] = platformPackage(project);
  const file = join(
    folder,
    readdirSync(folder).find((name) => name.endsWith(".node")),
  );
  const content = readFileSync(file, "latin1");
  if (!pattern.test(content)) throw new Error(`the addon does not contain ${pattern}`);
  writeFileSync(file, content.replace(pattern, replacement), "latin1");
  return project;
}

function platformPackage(project) {
  const modules = project.path("node_modules");
  const name = readdirSync(modules).find((entry) => entry.startsWith(`${project.workshop.packageName}-`));
  return [name, join(modules, name)];
}
