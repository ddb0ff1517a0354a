// The option hashKeys: forms of a secret, rotation, unknown keys.

import { ApiKeyModuleService } from "../../index.js";
import { describeOnEachDatabase } from "../support/databases";
import { NoticeBoard } from "../support/notices";
import { openService } from "../support/ours";
import { SECRET } from "../support/service";
import { until } from "../support/until";
import { HASH_KEYS, SECRETS } from "./hash-keys";

const [NEWER, OLDER] = HASH_KEYS as [(typeof HASH_KEYS)[0], (typeof HASH_KEYS)[0]];

describeOnEachDatabase("The option hashKeys", (kind) => {
  let database: Awaited<ReturnType<typeof kind.create>>;
  const open = (options: object) => openService(database.url, { hashing: "sha256", ...options });

  beforeEach(async () => {
    database = await kind.create();
  });
  afterEach(() => database.drop());

  it.each<[string, string | Uint8Array]>([
    ["hex", SECRETS["2026-11"].toString("hex")],
    ["upper-case hex", SECRETS["2026-11"].toString("hex").toUpperCase()],
    ["base64", SECRETS["2026-11"].toString("base64")],
    ["base64 without padding", SECRETS["2026-11"].toString("base64").replace(/=+$/, "")],
    ["base64url", SECRETS["2026-11"].toString("base64url")],
    ["a Buffer", SECRETS["2026-11"]],
    ["a Uint8Array in the middle of a buffer", Uint8Array.from([0, ...SECRETS["2026-11"], 0]).subarray(1, 33)],
  ])("takes a secret as %s", async (_, secret) => {
    const first = open({ hashKeys: HASH_KEYS });
    const { id, token } = await first.createApiKeys(SECRET);
    await first.close();
    const second = open({ hashKeys: [{ id: NEWER.id, secret }] });

    expect(await second.authenticate(token)).toMatchObject({ id });
    await second.close();
  });

  it("makes hashes with the first key and verifies those of all", async () => {
    const before = open({ hashKeys: [OLDER] });
    const old = await before.createApiKeys(SECRET);
    await before.close();
    const rotated = open({ hashKeys: [NEWER, OLDER] });
    const key = await rotated.createApiKeys(SECRET);
    expect(await rotated.authenticate(old.token)).toMatchObject({ id: old.id });
    expect(await rotated.authenticate(key.token)).toMatchObject({ id: key.id });
    await rotated.close();
    const after = open({ hashKeys: [NEWER] });

    expect(await after.authenticate(key.token)).toMatchObject({ id: key.id });
    expect(await after.authenticate(old.token)).toBe(false);
    await after.close();
  });

  it("verifies with another hashing, too", async () => {
    const before = open({ hashKeys: HASH_KEYS });
    const { id, token } = await before.createApiKeys(SECRET);
    await before.close();
    const [withKeys, without] = [open({ hashing: "argon2id", hashKeys: HASH_KEYS }), open({ hashing: "argon2id" })];

    expect(await withKeys.authenticate(token)).toMatchObject({ id });
    expect(await without.authenticate(token)).toBe(false);
    await Promise.all([withKeys.close(), without.close()]);
  });

  it("rejects and counts a token that was hashed under another secret with the same id", async () => {
    const before = open({ hashKeys: [NEWER] });
    const { token } = await before.createApiKeys(SECRET);
    await before.close();
    const after = open({ hashKeys: [{ id: NEWER.id, secret: OLDER.secret }] });

    expect(await after.authenticate(token)).toBe(false);
    expect((await after.status()).unknownHashKeys).toEqual([{ id: NEWER.id, rejected: 1 }]);
    await after.close();
  });

  it("that lacks the key of a hash rejects its token, counts it, and logs the id once", async () => {
    const before = open({ hashKeys: [OLDER] });
    const lost = await before.createApiKeys([SECRET, SECRET]);
    await before.close();
    const board = new NoticeBoard();
    const after = new ApiKeyModuleService(
      { logger: board.logger },
      { databaseUrl: database.url, migrate: true, hashing: "sha256", hashKeys: [NEWER] },
      {},
    );
    const kept = await after.createApiKeys(SECRET);
    for (const { token } of [...lost, ...lost]) expect(await after.authenticate(token)).toBe(false);
    expect(await after.authenticate(kept.token)).toMatchObject({ id: kept.id });
    const { unknownHashKeys } = await after.status();
    await until(() => board.logged.length > 0);
    board.close();

    expect(unknownHashKeys).toEqual([{ id: OLDER.id, rejected: 4 }]);
    expect(board.told).toEqual([{ name: "hashKey.unknown", reason: OLDER.id }]);
    expect(board.logged).toEqual([expect.stringMatching(/^warn: API keys: .*hashKeys.* \(2025-06\)$/)]);
    expect(JSON.stringify([board, unknownHashKeys])).not.toMatch(/[0-9a-f]{12}/);
    await after.close();
  });

  it("can be followed by keys that are rolled when one of its keys is lost", async () => {
    const before = open({ hashKeys: [OLDER] });
    const { id } = await before.createApiKeys(SECRET);
    await before.close();
    const after = open({ hashKeys: [NEWER] });
    const { created } = await after.rollApiKeys(id, { revoked_by: "user_1" });

    expect(await after.authenticate(created.token)).toMatchObject({ id: created.id });
    await after.close();
  });

  it("is not changed by the service, nor read after the construction", async () => {
    const hashKeys = [{ id: "a", secret: Buffer.alloc(32, 1) }];
    const service = open({ hashKeys });
    expect(hashKeys).toEqual([{ id: "a", secret: Buffer.alloc(32, 1) }]);
    const { id, token } = await service.createApiKeys(SECRET);
    hashKeys[0]?.secret.fill(0);

    expect(await service.authenticate(token)).toMatchObject({ id });
    await service.close();
  });
});
