// What stock's errors are and what they disclose.

import { failureOf } from "../support/failures";
import { describeStock } from "../support/implementations";
import { SECRET, untyped } from "../support/service";

describeStock("Stock's errors", (current) => {
  it("contain SQL, values, hashes and salts (S6)", async () => {
    const failure = await failureOf(current().service.createApiKeys({ ...SECRET, title: "a\0b" }));

    expect(failure.message).toMatch(/^insert into "api_key"/);
    expect(failure.message).toMatch(/'[0-9a-f]{128}'/);
    const dump = await failureOf(current().service.createApiKeys({ ...SECRET, created_by: undefined }));
    expect(dump.message).toMatch(/^Value for ApiKey\.created_by is required, 'undefined' found\nentity: ApiKey \{/);
    expect(dump.message).toMatch(/token: '[0-9a-f]{128}'/);
  });

  it("repeat invalid values (A2)", async () => {
    const { id } = await current().service.createApiKeys(SECRET);

    expect((await failureOf(current().service.updateApiKeys(id, { title: 5 }))).message).toBe(
      "Trying to set ApiKey.title of type 'string' to 5 of type 'number'",
    );
    expect((await failureOf(current().service.listApiKeys({ $or: { id } }))).message).toBe(
      "Expected array for $or but got [object Object]",
    );
  });

  it("come from the ORM, the driver and V8 (A1)", async () => {
    const failures = await Promise.all([
      failureOf(current().service.createApiKeys({ ...SECRET, title: undefined })),
      failureOf(current().service.createApiKeys({ ...SECRET, title: "\0" })),
      failureOf(current().service.createApiKeys(untyped(undefined))),
    ]);

    expect(failures.map(({ name }) => name)).toEqual(["ValidationError", "DriverException", "TypeError"]);
    for (const failure of failures) expect(failure.__isMedusaError).toBeUndefined();
  });
});
