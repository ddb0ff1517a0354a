// Which keys stock deletes for unusual targets. Each test fails when stock changes: then its difference in docs/compat/ goes.

import { failureOf } from "../support/failures";
import { describeStock } from "../support/implementations";
import { PUBLISHABLE, SECRET, untyped } from "../support/service";

describeStock("Stock's deleteApiKeys", (current) => {
  it("has no prune (M18)", () => {
    expect(current().service).not.toHaveProperty("prune");
  });

  it("rejects the deletion of a failed workflow's live keys, which survive (S20)", async () => {
    const { id, token } = await current().service.createApiKeys(SECRET, { transactionId: "workflow_1" });
    const context = { transactionId: "workflow_1", isCancelling: true };

    expect((await failureOf(current().service.deleteApiKeys(id, context))).message).toBe(
      `Cannot delete api keys that are not revoked - ${id}`,
    );
    expect(await current().service.authenticate(token)).toMatchObject({ id });
  });
});

describeStock("Stock's deleteApiKeys", (current) => {
  beforeEach(() =>
    current().service.createApiKeys([
      { ...SECRET, id: "apk_1" },
      { ...PUBLISHABLE, id: "apk_2" },
    ]),
  );

  it.each<[string, unknown]>([
    ["[undefined]", [undefined]],
    ["[{}]", [{}]],
  ])("deletes all keys, live ones included, for %s (S2)", async (_, ids) => {
    await current().service.deleteApiKeys(untyped(ids));

    expect(await current().table()).toEqual([]);
  });

  it("deletes live keys for a selector in an array (S2)", async () => {
    await current().service.deleteApiKeys(untyped([{ title: SECRET.title }]));

    expect(await current().table()).toMatchObject([{ id: "apk_2" }]);
  });

  it("discloses the id of every live key for undefined (S2)", async () => {
    const failure = await failureOf(current().service.deleteApiKeys(untyped(undefined)));

    expect(failure.message).toBe("Cannot delete api keys that are not revoked - apk_1, apk_2");
  });

  it("makes the database compare text with a record for [['a', 'b']] (S2)", async () => {
    expect((await failureOf(current().service.deleteApiKeys(untyped([["a", "b"]])))).message).toContain(
      "text = record",
    );
  });
});
