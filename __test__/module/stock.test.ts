// The shape of stock's service.

import { describeStock } from "../support/implementations";

describeStock("Stock's service", (current) => {
  it("has methods with a length of 0 (A16)", () => {
    const service = current().service as unknown as Record<string, { length: number }>;

    expect(["createApiKeys", "listApiKeys", "revoke", "authenticate"].map((name) => service[name]?.length)).toEqual(
      Array(4).fill(0),
    );
  });

  it("has static methods for tokens and protected methods for subclasses (A36)", () => {
    const prototype = Object.getPrototypeOf(current().service);

    expect(prototype.constructor.generatePublishableKey().rawToken).toMatch(/^pk_/);
    for (const name of ["createApiKeys_", "updateApiKeys_", "authenticate_"]) expect(prototype).toHaveProperty(name);
  });

  it("has no hooks (A18)", () => {
    expect(current().service).not.toHaveProperty("__hooks");
  });
});
