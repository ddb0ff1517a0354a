// Invalid data of a redemption: rejected whatever the token, and the key stays valid.

import { failureOf, rejectsUnchanged } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { untyped } from "../support/service";

const PURPOSE = { purpose: "password-reset" };
const RESET = { title: "Reset", type: "secret", created_by: "shop", ...PURPOSE };

describeOurs("redeem", (current) => {
  const rejects = rejectsUnchanged(current);

  it.each([
    ["no data", undefined, /^The data of redeem must be an object with purpose, 'undefined' found$/],
    ["a string as data", "password-reset", /^The data of redeem must be an object with purpose, 'string' found$/],
    ["no purpose", {}, /^purpose must be a letter/],
    ["an upper-case purpose", { purpose: "Password-Reset" }, /^purpose must be a letter/],
    ["a list of purposes", { purpose: ["password-reset"] }, /^purpose must be a letter/],
    ["a purpose of 65 characters", { purpose: "x".repeat(65) }, /^purpose must be a letter/],
    ["a numeric revoked_by", { ...PURPOSE, revoked_by: 5 }, /ApiKey\.revoked_by/],
    [
      "a misspelled member",
      { ...PURPOSE, revokedBy: "x" },
      /^unknown member "revokedBy" of the data of redeem; did you mean "revoked_by"\?$/,
    ],
    [
      "an unknown member",
      { ...PURPOSE, owner: "x" },
      /^unknown member "owner" of the data of redeem; known members: purpose, revoked_by, ip$/,
    ],
  ])("rejects %s", async (_, data, message) => {
    const { token } = await current().service.createApiKeys(RESET);

    for (const each of [token, "sk_1", untyped(5)]) {
      await rejects(() => current().service.redeem(each, untyped(data)), message);
    }
    expect(await current().service.redeem(token, PURPOSE)).toMatchObject({ valid: true });
  });

  it("shows no token in a message", async () => {
    const { token } = await current().service.createApiKeys(RESET);

    const failure = await failureOf(current().service.redeem(token, untyped({ purpose: token })));
    expect(failure.message).not.toContain(token.slice(3, 20));
  });
});
