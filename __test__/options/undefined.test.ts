// A databaseUrl that is undefined.

import { ApiKeyModuleService } from "../../index.js";

describe("The constructor", () => {
  it("rejects a databaseUrl that is given but undefined", () => {
    expect(() => new ApiKeyModuleService({ databaseUrl: undefined })).toThrow(/^databaseUrl: is given but undefined/);
    expect(() => new ApiKeyModuleService({ databaseUrl: undefined })).toThrow(
      expect.objectContaining({ type: "invalid_argument" }),
    );
  });
});
