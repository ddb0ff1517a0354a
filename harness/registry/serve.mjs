// Serves npm packages from a folder, and all other packages from the registry that npm is configured with. registry.mjs starts it.
//
//   node serve.mjs '{ "folder", "upstream", "own" }'
//
// Prints its port as one line of JSON once it accepts connections. When its standard input closes, it deletes the folder and ends.

import { rmSync } from "node:fs";
import { join } from "node:path";
import verdaccio from "verdaccio";

const { folder, upstream, own } = JSON.parse(process.argv[2]);
const anyone = { access: "$all", publish: "$authenticated", unpublish: "$authenticated" };

const server = await verdaccio.runServer({
  configPath: join(folder, "config.yaml"),
  storage: join(folder, "storage"),
  auth: { htpasswd: { file: join(folder, "htpasswd"), max_users: 1 } },
  uplinks: { npm: { url: upstream, maxage: "1d", timeout: "60s", max_fails: 20, fail_timeout: "1s" } },
  // Without `proxy`, so that a published package of that name never answers for the local one.
  packages: { [own]: anyone, [`${own}-*`]: anyone, "**": { ...anyone, proxy: "npm" } },
  max_body_size: "100mb",
  log: { type: "stdout", format: "json", level: "fatal" },
  web: { enable: false },
});

server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`${JSON.stringify({ port: server.address().port })}\n`);
});
process.stdin
  .once("close", () => {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    process.exit(0);
  })
  .resume();
