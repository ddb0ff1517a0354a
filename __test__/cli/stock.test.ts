// Stock has no command line.

import { describeStock } from "../support/implementations";

describeStock("Stock's package", () => {
  it("has no program (M21)", () => {
    expect(require("@medusajs/api-key/package.json").bin).toBeUndefined();
  });
});
