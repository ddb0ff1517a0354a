// A local npm registry (Verdaccio) for one run. It holds this project's packages, and passes every other name on to the registry that npm
// is configured with. Its packages are installed in this folder when first needed.

import { spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { installed } from "../packages.mjs";
import { fail, outputOf } from "../steps.mjs";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));

/**
 * Starts a registry without packages. `own` is the name of the package that is never fetched from elsewhere, and the prefix of the
 * platform packages. Returns its URL, an npmrc file with the right to publish, and `stop()`, which deletes everything.
 */
export async function startRegistry(own) {
  await installed(FOLDER, "the local registry");
  const folder = mkdtempSync(join(tmpdir(), "medusa-api-key-native-registry-"));
  const upstream = outputOf("npm", ["config", "get", "registry"])?.trim() ?? fail("npm has no registry.");
  const server = spawn(process.execPath, [join(FOLDER, "serve.mjs"), JSON.stringify({ folder, upstream, own })], {
    cwd: FOLDER,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => server.once("exit", resolve));
  const stop = async () => {
    server.stdin.end();
    await ended;
  };
  try {
    const { port } = await Promise.race([firstJsonLine(server.stdout), ended.then(failed)]);
    const url = `http://127.0.0.1:${port}/`;
    const npmrc = join(folder, "npmrc");
    writeFileSync(npmrc, `registry=${url}\n//127.0.0.1:${port}/:_authToken=${await newUser(url)}\n`);
    return { url, npmrc, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function failed(code) {
  throw new Error(`the local registry exited with ${code} before it accepted connections`);
}

/** Resolves to the first line that is a JSON object with a port. The rest is read and dropped, so that the server can go on writing. */
function firstJsonLine(stream) {
  return new Promise((resolve) => {
    createInterface({ input: stream }).on("line", (line) => {
      if (line.startsWith('{"port":')) resolve(JSON.parse(line));
    });
  });
}

/** Creates the registry's only user, and returns the token of its session. */
async function newUser(url) {
  const name = "release";
  const password = crypto.randomUUID();
  const response = await fetch(`${url}-/user/org.couchdb.user:${name}`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name, password }),
  });
  if (!response.ok) throw new Error(`the local registry returned ${response.status} for a new user`);
  return (await response.json()).token;
}
