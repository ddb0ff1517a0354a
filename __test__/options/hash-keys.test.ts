// Values of the option hashKeys that are rejected.

import { randomBytes } from "node:crypto";
import { ApiKeyModuleService } from "../../index.js";
import type { Failure } from "../support/failures";
import { untyped } from "../support/service";

const SECRET = randomBytes(32).toString("hex");
const ID = "a string of 1 to 32 letters, digits, dots, underscores and hyphens";
const BYTES = "32 to 1024 random bytes, as hex, base64 or a Buffer";
const LIST = "a list of 1 to 32 keys { id, secret }";

const keys = (...ids: unknown[]) => ids.map((id) => ({ id, secret: SECRET }));
const secrets = (...some: unknown[]) => some.map((secret, place) => ({ id: `key-${place}`, secret }));

const WRONG: [message: string, hashKeys: unknown][] = [
  [`hashKeys: must be ${LIST}`, SECRET],
  [`hashKeys: must be ${LIST}`, { id: "a", secret: SECRET }],
  [`hashKeys: must be ${LIST}`, true],
  [`hashKeys: must be ${LIST}`, []],
  [`hashKeys: must be ${LIST}`, keys(...Array.from({ length: 33 }, (_, place) => `${place}`))],
  ["hashKeys[0]: must be an object { id, secret }", [SECRET]],
  ["hashKeys[1]: must be an object { id, secret }", [...keys("a"), undefined]],
  ["hashKeys[0]: must be an object { id, secret }", [[SECRET]]],
  [`hashKeys[0].id: must be ${ID}`, [{ secret: SECRET }]],
  ...[undefined, null, "", 2026, "a b", "a$b", "ключ", "x".repeat(33), ["a"], new Date(0)].map(
    (id): [string, unknown] => [`hashKeys[1].id: must be ${ID}`, keys("first", id)],
  ),
  ["hashKeys[2].id: must differ from hashKeys[0].id", keys("a", "b", "a")],
  [`hashKeys[0].secret: must be ${BYTES}`, [{ id: "a" }]],
  ...[
    ...[undefined, null, "", 5, {}, [SECRET], new Date(0), new Uint16Array(64)],
    ...[SECRET.slice(2), SECRET.slice(1), `${SECRET}\n`, "a passphrase that is long enough to be remembered"],
    ...[randomBytes(31), randomBytes(31).toString("base64"), randomBytes(1_025), new Uint8Array()],
  ].map((secret): [string, unknown] => [`hashKeys[1].secret: must be ${BYTES}`, secrets(SECRET, secret)]),
];

describe("The constructor rejects hashKeys", () => {
  it.each(WRONG)("with “%s” for the value of case %#", (message, hashKeys) => {
    for (const hashing of ["sha256", "argon2id"] as const) {
      const construct = () =>
        new ApiKeyModuleService({ databaseUrl: "sqlite::memory:", hashing, hashKeys: untyped(hashKeys) });
      let failure: (Error & Failure) | undefined;
      try {
        construct();
      } catch (error) {
        failure = error as Error & Failure;
      }

      expect(failure).toMatchObject({ __isMedusaError: true, type: "invalid_argument", message });
      expect(`${failure?.stack} ${JSON.stringify(failure)}`).not.toContain(SECRET.slice(2, 20));
    }
  });

  it("that are invalid in Medusa, too", () => {
    const options = { databaseUrl: "sqlite::memory:", hashing: "sha256" as const, hashKeys: [] };

    expect(() => new ApiKeyModuleService({}, options, {})).toThrow(`hashKeys: must be ${LIST}`);
  });

  it("without showing a secret that is in the place of an id", () => {
    const swapped = [{ id: `${SECRET}${SECRET}`, secret: "2026-11" }];
    const construct = () => new ApiKeyModuleService({ databaseUrl: "sqlite::memory:", hashKeys: swapped });

    expect(construct).toThrow(`hashKeys[0].id: must be ${ID}`);
  });
});

describe("The constructor accepts hashKeys", () => {
  it("with a secret as a Buffer of Medusa's configuration", async () => {
    const hashKeys = [{ id: "a", secret: randomBytes(32) }];
    const options = { databaseUrl: "sqlite::memory:", migrate: true, hashing: "sha256" as const, hashKeys };
    const service = new ApiKeyModuleService({}, options, {});
    const { token } = await service.createApiKeys({ title: "A", type: "secret", created_by: "user_1" });

    expect(await service.authenticate(token)).toMatchObject({ title: "A" });
    await service.close();
  });
});
