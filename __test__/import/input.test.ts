// Invalid imports: rejected with the element and the member.

import { createHash } from "node:crypto";
import { rejectsUnchanged } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { untyped } from "../support/service";
import { WRONG_TEXTS } from "../support/wrong-texts";

const SHA256 = createHash("sha256").update("re_1").digest("hex");
const OLD = { title: "Old", created_by: "user_1", sha256: SHA256 };

describeOurs("importApiKeys", (current) => {
  const rejects = rejectsUnchanged(current);
  const importing = (data: unknown) => current().service.importApiKeys(untyped(data));

  it.each([
    ["no hash", { ...OLD, sha256: undefined }, /^element 0: .*ApiKey\.sha256 is required/],
    [
      "a short hash",
      { ...OLD, sha256: SHA256.slice(2) },
      /ApiKey\.sha256 must be the SHA-256 of the whole token, 32 bytes in hex or base64$/,
    ],
    ["a long hash", { ...OLD, sha256: `${SHA256}00` }, /ApiKey\.sha256 must be/],
    ["a stored form", { ...OLD, sha256: `$sha256$${SHA256}` }, /ApiKey\.sha256 must be/],
    ["a token in the place of its hash", { ...OLD, sha256: `sk_${SHA256}` }, /ApiKey\.sha256 must be/],
    ["a whole token as its redacted form", { ...OLD, redacted: `sk_${SHA256}` }, /ApiKey\.redacted must show at most/],
    [
      "a redacted form that shows too much",
      { ...OLD, redacted: "re_1234***xyz" },
      /ApiKey\.redacted must show at most/,
    ],
    ["no title", { ...OLD, title: null }, /ApiKey\.title is required/],
    ["two ends", { ...OLD, expires_in: 5, revoked_at: new Date() }, /expires_in cannot be combined/],
    ["a wrong date", { ...OLD, created_at: "yesterday" }, /ApiKey\.created_at is not a valid date/],
    [
      "a string in the place of a key",
      SHA256,
      /a key must be an object with title, created_by and sha256, 'string' found$/,
    ],
  ])("rejects %s", async (_, data, message) => {
    await rejects(() => importing(data), message);
  });

  it.each(WRONG_TEXTS)("rejects %s as a hash", async (_, value) => {
    await rejects(() => importing({ ...OLD, sha256: value }), /^element 0: .*ApiKey\.sha256/);
  });

  it("names the element that is wrong", async () => {
    await rejects(() => importing([OLD, { ...OLD, sha256: "x" }]), /^element 1: ApiKey\.sha256 must be/);
  });

  it("rejects a hash that appears twice in one call, in any encoding", async () => {
    const base64 = Buffer.from(SHA256, "hex").toString("base64");

    await rejects(() => importing([OLD, { ...OLD, sha256: base64 }]), /^elements 0 and 1 have the same sha256$/);
  });

  it.each([
    ["hash", /did you mean "sha256"\?$/],
    ["tokenHash", /did you mean "sha256"\?$/],
    ["expiresAt", /did you mean "expires_in", in seconds from now\?$/],
    ["sha265", /did you mean "sha256"\?$/],
    ["type", /known members: /],
    ["token", /known members: /],
  ])("rejects the unknown member %s", async (name, advice) => {
    const call = () => importing({ ...OLD, [name]: "x" });

    await rejects(call, new RegExp(`^element 0: unknown member "${name}" of `));
    await rejects(call, advice);
  });

  it("rejects more than 100,000 keys", async () => {
    const list = Array.from({ length: 100_001 }, () => OLD);

    await rejects(() => importing(list), /^importApiKeys takes at most 100000 keys at once; split the list$/);
  });
});
