// When stock derives hashes.

import crypto from "node:crypto";
import { describeStock } from "../support/implementations";
import { openService } from "../support/ours";
import { PUBLISHABLE, SECRET } from "../support/service";
import { HASH_KEYS } from "./hash-keys";

describeStock("Stock's createApiKeys", (current) => {
  beforeEach(() => current().service.createApiKeys({ ...PUBLISHABLE, id: "apk_1" }));

  it("queues any number of derivations (A38)", async () => {
    const creations = Array.from({ length: 40 }, () => current().service.createApiKeys(SECRET));

    expect(await Promise.all(creations)).toHaveLength(40);
  });
});

// Before stock is loaded, which keeps the function that it finds then.
const scrypt = jest.spyOn(crypto, "scrypt");

describeStock("Stock's hashing", (current) => {
  const derivations = async (act: () => Promise<unknown>) => {
    scrypt.mockClear();
    await act();
    return scrypt.mock.calls.length;
  };

  it("derives a hash for each token with a known redacted form, even for equal concurrent ones (S15)", async () => {
    const { service } = current();
    const { token } = await service.createApiKeys(SECRET);
    const forged = (middle: string) => `${token.slice(0, 6)}${middle.repeat(58)}${token.slice(-3)}`;
    const refused = async (other: string) => expect(await service.authenticate(other)).toBe(false);

    expect(await derivations(() => refused(forged("0")))).toBe(1);
    expect(await derivations(() => Promise.all(Array.from({ length: 5 }, () => refused(forged("1")))))).toBe(5);
    expect(await derivations(() => refused(`sk_${"0".repeat(64)}`))).toBe(0);
  });

  it("stores 128 digits of scrypt and derives them again on each use (M6)", async () => {
    const { service } = current();
    const { token } = await service.createApiKeys(SECRET);
    const [row] = await current().table();
    const digits = crypto.scryptSync(token, row?.salt as string, 64).toString("hex");

    expect(row?.token).toBe(digits);
    expect(await derivations(() => service.authenticate(token))).toBe(1);
    expect(await derivations(() => service.authenticate(token))).toBe(1);
  });

  it("does not verify or rehash a key with an argon2id hash (M6)", async () => {
    const ours = openService(current().url);
    const { token } = await ours.createApiKeys(SECRET);
    await ours.close();
    const before = await current().table();

    expect(await current().service.authenticate(token)).toBe(false);
    expect(await current().table()).toEqual(before);
  });

  it.each([
    ["a sha256 hash", { hashing: "sha256" }],
    ["a sha256 hash under a hash key", { hashing: "sha256", hashKeys: HASH_KEYS }],
  ])("does not verify a key with %s (M9)", async (_, options) => {
    const ours = openService(current().url, options);
    const { token } = await ours.createApiKeys(SECRET);
    await ours.close();
    const before = await current().table();

    expect(await current().service.authenticate(token)).toBe(false);
    expect(await current().table()).toEqual(before);
  });
});
