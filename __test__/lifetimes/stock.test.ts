// How stock ends: it does not, its connections are Medusa's.

import { describeStock } from "../support/implementations";

describeStock("Stock", (current) => {
  it("has neither close() nor Symbol.asyncDispose (M8)", () => {
    const { service } = current();

    expect("close" in service).toBe(false);
    expect(Symbol.asyncDispose in service).toBe(false);
  });
});
