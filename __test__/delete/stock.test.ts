// Which keys stock deletes for unusual targets. Each test fails when stock changes: then the row of COMPAT.md goes.

import { failureOf } from "../support/failures";
import { describeStock } from "../support/implementations";
import { PUBLISHABLE, SECRET, untyped } from "../support/service";

describeStock("Stock's deleteApiKeys", (current) => {
  it("refuses to delete the live keys of a workflow that failed, and they survive (S20)", async () => {
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
  ])("deletes the whole table, live keys included, for %s (S2)", async (_, ids) => {
    await current().service.deleteApiKeys(untyped(ids));

    expect(await current().table()).toEqual([]);
  });

  it("deletes live keys by a selector in an array (S2)", async () => {
    await current().service.deleteApiKeys(untyped([{ title: SECRET.title }]));

    expect(await current().table()).toMatchObject([{ id: "apk_2" }]);
  });

  it("names every live key to whoever deletes undefined (S2)", async () => {
    const failure = await failureOf(current().service.deleteApiKeys(untyped(undefined)));

    expect(failure.message).toBe("Cannot delete api keys that are not revoked - apk_1, apk_2");
  });

  it("asks the database to compare text with a record for [['a', 'b']] (S2)", async () => {
    expect((await failureOf(current().service.deleteApiKeys(untyped([["a", "b"]])))).message).toContain(
      "text = record",
    );
  });
});
