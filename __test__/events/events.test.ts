// What Medusa's event bus is told.

import { whileBusFails } from "../support/failing-bus";
import { expectFailure } from "../support/failures";
import { describeEverywhere, describeOurs } from "../support/implementations";
import { PUBLISHABLE, SECRET } from "../support/service";

const REVOKED = { revoked_at: new Date("2020-01-01"), revoked_by: "user_1" };

describeEverywhere("The event bus", (current) => {
  const told = () => current().emitted.flatMap(({ messages }) => messages as { name: string; data: { id: string } }[]);
  const brief = () => told().map(({ name, data }) => [name.replace("api_key.api-key.", ""), data.id]);

  it("receives one message per key of a call in one emit, with source, object and action", async () => {
    await current().service.createApiKeys(["apk_b", "apk_a"].map((id) => ({ ...PUBLISHABLE, id })));

    expect(current().emitted).toHaveLength(1);
    expect(current().emitted[0]).toMatchObject({
      options: { internal: true },
      messages: ["apk_b", "apk_a"].map((id) => ({
        ...{ name: "api_key.api-key.created", data: { id } },
        metadata: { source: "api_key", object: "api_key", action: "created" },
      })),
    });
  });

  it.each<[string, () => Promise<unknown>, string[][]]>([
    [
      "an update",
      () => current().service.updateApiKeys({ id: ["apk_2", "apk_1"] }, { title: "New" }),
      [
        ["updated", "apk_1"],
        ["updated", "apk_2"],
      ],
    ],
    ["a revocation", () => current().service.revoke("apk_1", { revoked_by: "user_1" }), [["updated", "apk_1"]]],
    [
      "a deletion, one for each existing row",
      () => current().service.deleteApiKeys(["apk_old", "apk_nope"]),
      [["deleted", "apk_old"]],
    ],
    ["a soft deletion", () => current().service.softDeleteApiKeys("apk_1"), [["deleted", "apk_1"]]],
    ["no restoration", () => current().service.restoreApiKeys("apk_1"), []],
    ["no unchanged title", () => current().service.updateApiKeys("apk_1", { title: "One" }), []],
    ["no read", () => current().service.listAndCountApiKeys(), []],
    ["no authentication", () => current().service.authenticate("sk_nope"), []],
    ["no empty call", () => current().service.createApiKeys([]), []],
    [
      "no failure",
      () =>
        current()
          .service.revoke("apk_nope", { revoked_by: "user_1" })
          .catch(() => undefined),
      [],
    ],
  ])("receives the right messages for %s", async (_, act, messages) => {
    await current().service.createApiKeys([
      { ...SECRET, id: "apk_1", title: "One" },
      { ...PUBLISHABLE, id: "apk_2", title: "Two" },
      { ...PUBLISHABLE, ...REVOKED, id: "apk_old" },
    ]);
    current().emitted.length = 0;
    await act();

    expect(brief()).toEqual(messages);
    expect(current().emitted).toHaveLength(messages.length === 0 ? 0 : 1);
  });

  it("receives the group id of the context", async () => {
    await current().service.createApiKeys(PUBLISHABLE, { eventGroupId: "group_1" });

    expect(told()).toMatchObject([{ metadata: { eventGroupId: "group_1" } }]);
  });

  it("never receives a token, a hash or a salt", async () => {
    const key = await current().service.createApiKeys(SECRET);
    const [row] = await current().table();
    const heard = JSON.stringify(current().emitted);

    for (const secret of [key.token, row?.token, row?.salt]) expect(heard).not.toContain(secret);
  });
});

describeOurs("The event bus", (current) => {
  it("receives nothing after a failed upsert (A35)", async () => {
    const messageAggregator = { save: jest.fn(), getMessages: () => ({}), clearMessages: jest.fn() };
    const upsert = current().service.upsertApiKeys([PUBLISHABLE, { id: "apk_nope", title: "A" }], {
      messageAggregator,
    });

    await expectFailure(upsert, "not_found", /apk_nope/);
    expect(messageAggregator.save).not.toHaveBeenCalled();
    expect(current().emitted).toEqual([]);
  });

  it("does not fail a committed call when it is down (S13)", async () => {
    const silenced = jest.spyOn(console, "error").mockImplementation();
    const { id, token } = await whileBusFails(current().emitted, () => current().service.createApiKeys(SECRET));

    expect(await current().service.authenticate(token)).toMatchObject({ id });
    expect(silenced).toHaveBeenCalled();
    expect(JSON.stringify(silenced.mock.calls)).not.toContain(token);
    silenced.mockRestore();
  });

  it("does not undo a deletion when it is down (S13)", async () => {
    const silenced = jest.spyOn(console, "error").mockImplementation();
    const { id } = await current().service.createApiKeys({ ...PUBLISHABLE, ...REVOKED });
    await whileBusFails(current().emitted, () => current().service.deleteApiKeys(id));
    silenced.mockRestore();

    expect(await current().table()).toEqual([]);
  });
});
