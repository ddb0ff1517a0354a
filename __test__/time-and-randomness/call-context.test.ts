import crypto from "node:crypto";
import { entropyToCreate, entropyToRoll, entropyToUpsert, now } from "../../module/call-context";

const sizes = (chunks: Uint8Array[]): number[] => chunks.map((chunk) => chunk.length);

describe("the time and randomness of a call", () => {
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  it("come from the caller's clock", () => {
    jest.useFakeTimers().setSystemTime(new Date("2001-02-03T04:05:06.007Z"));
    expect(now()).toBe(Date.parse("2001-02-03T04:05:06.007Z"));
  });

  it("come from the current crypto.randomBytes", () => {
    const spy = jest.spyOn(crypto, "randomBytes").mockImplementation((size: number) => Buffer.alloc(size, 7));
    expect(entropyToRoll()).toEqual([Buffer.alloc(32, 7), Buffer.alloc(16, 7), Buffer.alloc(10, 7)]);
    expect(spy).toHaveBeenCalledTimes(3);
  });

  it("draw tokens, salts for secret keys, and ids last (A19)", () => {
    expect(sizes(entropyToCreate([{ type: "secret" }, { type: "publishable" }]))).toEqual([32, 16, 32, 10, 10]);
    expect(sizes(entropyToCreate([undefined, null, "text", { type: "SECRET" }]))).toEqual([
      ...[32, 16, 32, 16, 32, 16, 32, 16],
      ...[10, 10, 10, 10],
    ]);
  });

  it("draw nothing for existing keys of an upsert", () => {
    const keys = [{ id: "apk_1" }, { id: "", type: "publishable" }, { id: null, type: "secret" }];
    expect(sizes(entropyToUpsert(keys))).toEqual([32, 32, 16, 10, 10]);
  });
});
