// When stock derives hashes.

import crypto from "node:crypto";
import { describeStock } from "../support/implementations";
import { openService } from "../support/ours";
import { PUBLISHABLE, SECRET } from "../support/service";

describeStock("Stock's createApiKeys", (current) => {
  beforeEach(() => current().service.createApiKeys({ ...PUBLISHABLE, id: "apk_1" }));

  it("lets any number of secret keys wait for their hashes (A38)", async () => {
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

  it("derives a hash for each token that looks like a key's, equal ones at once, too, and for no other (S15)", async () => {
    const { service } = current();
    const { token } = await service.createApiKeys(SECRET);
    const forged = (middle: string) => `${token.slice(0, 6)}${middle.repeat(58)}${token.slice(-3)}`;
    const refused = async (other: string) => expect(await service.authenticate(other)).toBe(false);

    expect(await derivations(() => refused(forged("0")))).toBe(1);
    expect(await derivations(() => Promise.all(Array.from({ length: 5 }, () => refused(forged("1")))))).toBe(5);
    expect(await derivations(() => refused(`sk_${"0".repeat(64)}`))).toBe(0);
  });

  it("stores scrypt's 128 digits, and derives them again whenever the token is used (M6)", async () => {
    const { service } = current();
    const { token } = await service.createApiKeys(SECRET);
    const [row] = await current().table();
    const digits = crypto.scryptSync(token, row?.salt as string, 64).toString("hex");

    expect(row?.token).toBe(digits);
    expect(await derivations(() => service.authenticate(token))).toBe(1);
    expect(await derivations(() => service.authenticate(token))).toBe(1);
  });

  it("verifies no key whose hash is argon2id's, and does not hash it anew (M6)", async () => {
    const ours = openService(current().url);
    const { token } = await ours.createApiKeys(SECRET);
    await ours.close();
    const before = await current().table();

    expect(await current().service.authenticate(token)).toBe(false);
    expect(await current().table()).toEqual(before);
  });
});
