// A databaseUrl that is undefined.

import { ApiKeyModuleService } from "../../index.js";

describe("The constructor", () => {
  it("rejects a databaseUrl that is given but undefined", () => {
    expect(() => new ApiKeyModuleService({ databaseUrl: undefined })).toThrow(/^databaseUrl: is undefined; set it/);
    expect(() => new ApiKeyModuleService({ databaseUrl: undefined })).toThrow(
      expect.objectContaining({ type: "invalid_argument" }),
    );
  });
});
