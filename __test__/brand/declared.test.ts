// Declared and imported keys whose tokens look like tokens with a brand.

import { createHash, randomBytes } from "node:crypto";
import { describeOurs } from "../support/implementations";
import { openService } from "../support/ours";
import { PUBLISHABLE, SECRET, untyped } from "../support/service";
import { ACME, checksumOf, mistyped } from "./tokens";

/** A token of the documented form that this package did not issue. */
function made(beginning: string): string {
  const checked = beginning + randomBytes(64).toString("base64").replace(/\W/g, "").slice(0, 43);
  return checked + checksumOf(checked);
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

describeOurs("A declared token", (current) => {
  it.each([{}, ACME])(
    "with the form of a brand is rejected if its checksum is wrong: options %j (M19)",
    async (options) => {
      const service = openService(current().url, options);
      for (const [data, token] of [
        [SECRET, mistyped(made("sk_acme_"))],
        [SECRET, mistyped(made("sk_live_"))],
        [PUBLISHABLE, mistyped(made("pk_acme_"))],
      ] as const) {
        const failure = await service.ensureApiKeys({ ...data, token }).catch((error: Error) => error);
        expect(failure).toMatchObject({
          type: "invalid_data",
          message: expect.stringMatching(/ApiKey\.token.*checksum/),
        });
        expect((failure as Error).message).not.toContain(token.slice(8));
      }
      expect(await current().table()).toEqual([]);
      await service.close();
    },
  );

  it("with a brand and its checksum is accepted, even if the brand is a word of examples (M19)", async () => {
    const { service } = current();
    for (const token of [made("sk_acme_"), made("sk_test_")]) {
      expect(await service.ensureApiKeys({ ...SECRET, token })).toMatchObject({ state: "created" });
      expect(await service.authenticate(token)).toMatchObject({ token: "" });
    }
  });

  it("that begins with the brand and has another form stays valid when the brand is switched on (M19)", async () => {
    const tokens = [`sk_acme_${randomBytes(32).toString("hex")}`, `sk_acme_${randomBytes(24).toString("base64url")}`];
    await current().service.ensureApiKeys(tokens.map((token) => ({ ...SECRET, token })));
    const foreign = `sk_acme_${randomBytes(16).toString("hex")}`;
    await current().service.importApiKeys({ title: "Old", created_by: "user_1", sha256: sha256(foreign) });
    const service = openService(current().url, ACME);

    for (const token of [...tokens, foreign]) expect(await service.authenticate(token)).toMatchObject({ token: "" });
    await service.close();
  });
});

describeOurs("An imported hash", (current) => {
  it("of a token that a service with the brand issued verifies it (M19)", async () => {
    const token = made("sk_acme_");
    const service = openService(current().url, ACME);
    await service.importApiKeys({ title: "Moved", created_by: "user_1", sha256: sha256(token) });

    expect(await service.authenticate(token)).toMatchObject({ title: "Moved" });
    await service.close();
  });
});

describe("The option token", () => {
  it.each([
    [{ brand: "Acme" }, "token.brand: must be a string of 1 to 16 lowercase letters and digits"],
    [{ brand: "" }, "token.brand: must be a string of 1 to 16 lowercase letters and digits"],
    [{ brand: "a_b" }, "token.brand: must be a string of 1 to 16 lowercase letters and digits"],
    [{ brand: "a".repeat(17) }, "token.brand: must be a string of 1 to 16 lowercase letters and digits"],
    [{ brand: 5 }, "token.brand: must be a string of 1 to 16 lowercase letters and digits"],
    [{ brnd: "acme" }, 'unknown option "token.brnd"; did you mean "token.brand"?'],
    ["acme", "token: must be an object { brand }"],
  ])("is rejected standalone and in Medusa: %j (M19)", (token, message) => {
    const options = { databaseUrl: "sqlite::memory:", token: untyped(token) };
    for (const args of [[options], [{}, options, {}]] as [object][]) {
      const construct = () => new (jest.requireActual("../../index.js").ApiKeyModuleService)(...args);
      expect(construct).toThrow(expect.objectContaining({ type: "invalid_argument", message }));
    }
  });

  it.each([
    ["{}", {}],
    ["undefined", { brand: undefined }],
    ["null", { brand: null }],
  ])("leaves stock's form without a brand: %s (M19)", async (_name, token) => {
    const service = openService("sqlite::memory:", { hashing: "sha256", token });
    expect((await service.createApiKeys(SECRET)).token).toMatch(/^sk_[0-9a-f]{64}$/);
    await service.close();
  });
});
