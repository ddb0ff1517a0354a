// A disk without space, which has some again later: what was acknowledged holds, and what failed has changed nothing.

import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { failureOf } from "../support/failures";
import { openService } from "../support/ours";
import { type OurService, SECRET } from "../support/service";
import { SqliteShell } from "../support/sqlite-shell";

const BY = { revoked_by: "user_1" };
const BLOCK = Buffer.alloc(4_096, 1);

describe("[sqlite] On a disk that is full for a while", () => {
  let disk: string;
  let service: OurService;

  beforeAll(() => {
    disk = mkdtempSync(join(tmpdir(), "medusa-api-key-native-disk-"));
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", disk]);
  });
  beforeEach(() => {
    service = openService(`sqlite:${join(disk, "keys.db")}`, { hashing: "sha256", lastUsedInterval: false });
  });
  afterEach(async () => {
    freeDisk();
    await service.close();
    for (const suffix of ["", "-wal", "-shm"]) rmSync(join(disk, `keys.db${suffix}`), { force: true });
  });
  afterAll(() => {
    execFileSync("umount", [disk]);
    rmdirSync(disk);
  });

  const filler = () => join(disk, "filler");
  const fillDisk = () => {
    const file = openSync(filler(), "w");
    try {
      for (;;) writeSync(file, BLOCK);
    } catch {
      closeSync(file);
    }
  };
  const freeDisk = () => rmSync(filler(), { force: true });
  const failsAsFull = async (call: Promise<unknown>) =>
    expect(await failureOf(call)).toMatchObject({ message: expect.stringMatching(/full/) });

  /** Creates keys, and calls a function for some of them while the disk is full. */
  const keysAfter = async (failing: (id: string, token: string) => Promise<unknown>) => {
    const keys = await service.createApiKeys(Array.from({ length: 20 }, () => SECRET));
    fillDisk();
    for (const { id, token } of keys.slice(0, 5)) {
      await failsAsFull(failing(id, token));
    }
    return keys;
  };

  /** The rows of a query by another process. */
  const inFile = async (sql: string) => {
    const shell = new SqliteShell(join(disk, "keys.db"));
    const rows = await shell.query(sql);
    await shell.close();
    return rows;
  };

  const isLetIn = async (token: string) => (await service.authenticate(token)) !== false;

  it.each<[string, (id: string, token: string) => Promise<unknown>]>([
    ["revocations", (id) => service.revoke(id, BY)],
    ["revocations by token", (_, token) => service.revokeToken(token, BY)],
    ["cascades", (id) => service.revoke(id, { ...BY, cascade: true })],
    ["soft deletions", (id) => service.softDeleteApiKeys(id)],
  ])("failed %s end no key, and later ones end them for good", async (_, end) => {
    const keys = await keysAfter(end);
    const [failed, others] = [keys.slice(0, 5), keys.slice(5)];
    for (const { token } of failed) expect(await isLetIn(token)).toBe(true);

    freeDisk();
    for (const { id, token } of others) {
      await end(id, token);
      expect(await isLetIn(token)).toBe(false);
    }
    const beside = openService(`sqlite:${join(disk, "keys.db")}`, { hashing: "sha256" });
    try {
      for (const { token } of others) expect(await beside.authenticate(token)).toBe(false);
      await beside.createApiKeys(SECRET);
    } finally {
      await beside.close();
    }
    await service.close();
    const live = "SELECT count(*) AS live FROM api_key WHERE revoked_at IS NULL AND deleted_at IS NULL";
    expect(await inFile(live)).toEqual([{ live: failed.length + 1 }]);
  });

  it("failed redemptions leave a token valid for one more", async () => {
    const owner = { type: "customer", id: "cus_1" };
    const once = { purpose: "reset" };
    const { token } = await service.createApiKeys({ ...SECRET, ...once, owner });
    fillDisk();
    for (let index = 0; index < 5; index += 1) {
      await failsAsFull(service.redeem(token, once));
    }
    freeDisk();
    const valid = async () => (await service.redeem(token, once)).valid;
    expect([await valid(), await valid()]).toEqual([true, false]);
    await service.close();
    expect(await inFile("SELECT count(*) AS live FROM api_key WHERE revoked_at IS NULL")).toEqual([{ live: 0 }]);
  });

  it("failed creations create no key, and later ones create keys that are let in", async () => {
    await service.listApiKeys();
    fillDisk();
    for (let index = 0; index < 5; index += 1) {
      await failsAsFull(service.createApiKeys(SECRET));
    }
    freeDisk();
    for (let index = 0; index < 10; index += 1) {
      const { id, token } = await service.createApiKeys(SECRET);
      expect(await service.authenticate(token)).toMatchObject({ id });
    }
    await service.close();
    expect(await inFile("SELECT count(*) AS keys FROM api_key")).toEqual([{ keys: 10 }]);
  });
});
