// Two copies of the package in one process. Each has its own SQLite, and the locks of a file belong to the process.

import { link, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { SqliteShell } from "../support/sqlite-shell";
import { REFUSAL, useCopies } from "./copies-program";

describe("[sqlite] Two copies of the package in one process", () => {
  const { path, run } = useCopies();

  it("do not open one file together: the second is rejected until the first has closed", async () => {
    const result = await run(`
      const [one, other] = [first(), second()];
      await one.createApiKeys(key("apk_1"));
      const refused = await failureOf(other.createApiKeys(key("apk_2")));
      const again = await failureOf(other.listApiKeys());
      await one.createApiKeys(key("apk_3"));
      await one.close();
      await other.createApiKeys(key("apk_4"));
      const ids = (await other.listApiKeys()).map(({ id }) => id).sort();
      const reverse = await failureOf(first().listApiKeys());
      await other.close();
      report({ refused, again, ids, reverse });
    `);

    expect(result).toEqual({ refused: REFUSAL, again: REFUSAL, ids: ["apk_1", "apk_3", "apk_4"], reverse: REFUSAL });
  });

  it("keep the locks of the first when the second is rejected", async () => {
    const result = await run(`
      const one = first();
      await one.createApiKeys(key("apk_1"));
      const inodes = ["", "-wal", "-shm"].map((end) => ":" + fs.statSync(path + end).ino + " ");
      const locks = () =>
        fs.readFileSync("/proc/locks", "utf8").split("\\n").map((line) => line.replace(/^\\d+: /, ""))
          .filter((line) => line.includes(" " + process.pid + " ") && inodes.some((inode) => line.includes(inode))).sort();
      const before = locks();
      const refused = await failureOf(second().listApiKeys());
      report({ refused, before, after: locks() });
      await one.close();
    `);

    expect(result.refused).toEqual(REFUSAL);
    expect(result.before.length).toBeGreaterThan(0);
    expect(result.after).toEqual(result.before);
  });

  it("lose no key of the first while the second keeps trying to write", async () => {
    const { created, refused } = await run(`
      const [one, other] = [first(), second()];
      await one.listApiKeys();
      const end = Date.now() + 2_000;
      let created = 0;
      const messages = new Set();
      const loops = [0, 1, 2].map(async () => {
        while (Date.now() < end) {
          const keys = await one.createApiKeys([key(), key()]);
          created += keys.length;
        }
      });
      while (Date.now() < end) messages.add(JSON.stringify(await failureOf(other.createApiKeys(key()))));
      await Promise.all(loops);
      await one.close();
      report({ created, refused: [...messages].map((message) => JSON.parse(message)) });
    `);
    const shell = new SqliteShell(path());
    const [[integrity], [count]] = [
      await shell.query("PRAGMA integrity_check"),
      await shell.query("SELECT count(*) AS count FROM api_key"),
    ];
    await shell.close();

    expect(refused).toEqual([REFUSAL]);
    expect({ integrity, count }).toEqual({ integrity: { integrity_check: "ok" }, count: { count: created } });
  });

  it.each<[string, () => Promise<string>]>([
    ["a relative path", async () => relative(tmpdir(), path())],
    ["a path with ..", async () => join(dirname(path()), "..", relative(tmpdir(), path()))],
    [
      "a symbolic link to the file",
      async () => {
        await symlink(path(), `${path()}.link-api-keys.db`);
        return `${path()}.link-api-keys.db`;
      },
    ],
    [
      "a symbolic link to its folder",
      async () => {
        await symlink(dirname(path()), `${path()}.folder`);
        return `${path()}.folder/api-keys.db`;
      },
    ],
  ])("recognize the file by %s", async (_name, otherPath) => {
    const other = `sqlite:${await otherPath()}`;
    const result = await run(`
      const one = first();
      await one.listApiKeys();
      report(await failureOf(second(${JSON.stringify(other)}).listApiKeys()));
      await one.close();
    `);

    expect(result).toEqual(REFUSAL);
  });

  it("reject a path with .. after a missing folder, which SQLite would overlook", async () => {
    const result = await run(`
      const one = first();
      await one.createApiKeys(key("apk_1"));
      const { basename } = require("node:path");
      const at = (name) => failureOf(second("sqlite:" + path + ".missing/../" + name).listApiKeys());
      const failures = [await at(basename(path)), await at("new.db")];
      report({ failures, created: fs.existsSync(require("node:path").join(path, "../new.db")) });
      await one.close();
    `);

    const missing = {
      type: "database_error",
      message: expect.stringMatching(/folder .* does not exist/),
      marked: true,
    };
    expect(result).toEqual({ failures: [missing, missing], created: false });
  });

  it("recognize the file by a hard link", async () => {
    await run("const one = first(); await one.createApiKeys(key('apk_1')); await one.close(); report();");
    await link(path(), `${path()}.link-api-keys.db`);
    const result = await run(`
      const one = first();
      await one.listApiKeys();
      report(await failureOf(second("sqlite:" + path + ".link-api-keys.db").listApiKeys()));
      await one.close();
    `);

    expect(result).toEqual(REFUSAL);
  });

  it.each([
    ["that does not exist yet", ""],
    ["that a dangling symbolic link names", "fs.symlinkSync(file + '.target-api-keys.db', file);"],
  ])("are never both accepted when they begin at once with a file %s", async (_name, prepare) => {
    const result = await run(`
      const refused = [];
      const keys = [];
      for (let round = 0; round < 15; round += 1) {
        const file = path + "." + round + ".api-keys.db";
        ${prepare}
        const services = [first("sqlite:" + file), second("sqlite:" + file)];
        if (round % 2) services.reverse();
        const failures = await Promise.all(services.map((service, index) => failureOf(service.createApiKeys(key("apk_" + index)))));
        refused.push(failures.filter(Boolean));
        const accepted = services[failures.indexOf(undefined)];
        keys.push(accepted ? (await accepted.listApiKeys()).length : -1);
        await Promise.all(services.map((service) => service.close()));
      }
      report({ refused, keys });
    `);

    expect(result.refused).toEqual(Array(15).fill([REFUSAL]));
    expect(result.keys).toEqual(Array(15).fill(1));
  });

  it("do not open one file together when a backup was renamed over it", async () => {
    const result = await run(`
      const one = first();
      await one.createApiKeys(key("apk_1"));
      fs.writeFileSync(path + ".backup", "");
      fs.renameSync(path + ".backup", path);
      report(await failureOf(second().listApiKeys()));
      await one.close();
    `);

    expect(result).toEqual(REFUSAL);
  });
});
