// What callers can rely on in every error.

import { failureOf } from "../support/failures";
import { describeEverywhere, describeOurs } from "../support/implementations";
import { PUBLISHABLE, SECRET } from "../support/service";

describeEverywhere("A rejected call", (current) => {
  it("rejects with an Error of the caller's realm that has the members of MedusaError (A1)", async () => {
    const failure = await failureOf(current().service.retrieveApiKey("apk_nope"));

    expect(failure).toBeInstanceOf(Error);
    expect(failure.name).toBe("Error");
    expect(Object.keys(failure)).toEqual(["__isMedusaError", "type", "code", "message", "date"]);
    expect(failure).toMatchObject({
      __isMedusaError: true,
      type: "not_found",
      code: undefined,
      date: expect.any(Date),
    });
  });

  it("never throws synchronously", async () => {
    const calls = [
      () => current().service.retrieveApiKey("apk_nope"),
      () => current().service.revoke("apk_nope", {}),
      () => current().service.createApiKeys(undefined as never),
      () => current().service.listApiKeys(null as never),
    ];

    for (const call of calls) {
      const promise = call();
      expect(promise).toBeInstanceOf(Promise);
      await expect(promise).rejects.toBeInstanceOf(Error);
    }
  });
});

describeOurs("An error message", (current) => {
  it("contains no token, hash, salt or SQL (S6)", async () => {
    const { service } = current();
    const secret = await service.createApiKeys({ ...SECRET, id: "apk_1" });
    const publishable = await service.createApiKeys({ ...PUBLISHABLE, id: "apk_2" });
    const [row] = await current().table();
    const stored = [row?.token, row?.salt] as string[];
    const confidential = [secret.token, publishable.token, ...stored];
    const failures = await Promise.all(
      [
        ...confidential.flatMap((text) => [
          ...[
            service.retrieveApiKey(text),
            service.revoke(text, { revoked_by: "u" }),
            service.deleteApiKeys([text, 5 as never]),
          ],
          ...[service.updateApiKeys(text, { title: "x" }), service.rollApiKeys(text, { revoked_by: "u" })],
          ...[service.listApiKeys({ [text]: 1 }), service.listApiKeys({}, { order: { id: text } })],
          ...[service.listApiKeys({}, { order: { [text]: "asc" } }), service.upsertApiKeys({ id: text, title: "x" })],
          ...[service.createApiKeys({ ...SECRET, type: text }), service.listApiKeys({ created_at: text })],
        ]),
        ...[service.createApiKeys({ ...SECRET, id: "apk_1" }), service.createApiKeys({ ...SECRET, title: 5 })],
      ].map(failureOf),
    );

    for (const failure of failures) {
      const shown = `${failure.message} ${failure.stack} ${JSON.stringify(failure)}`;
      for (const text of confidential) expect(shown).not.toContain(text);
      expect(failure.message).not.toMatch(/\b(select|insert|update|delete)\b.*\b(from|into|set|where)\b/i);
    }
  });
});
