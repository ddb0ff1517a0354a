import crypto from "node:crypto";
import { entropyToCreate, entropyToRoll, entropyToUpsert, now } from "../../module/edge";

const sizes = (chunks: Uint8Array[]): number[] => chunks.map((chunk) => chunk.length);

describe("the edge of a call", () => {
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  it("takes its present from the caller's clock", () => {
    jest.useFakeTimers().setSystemTime(new Date("2001-02-03T04:05:06.007Z"));
    expect(now()).toBe(Date.parse("2001-02-03T04:05:06.007Z"));
  });

  it("takes its randomness from crypto.randomBytes as it is when called", () => {
    const spy = jest.spyOn(crypto, "randomBytes").mockImplementation((size: number) => Buffer.alloc(size, 7));
    expect(entropyToRoll()).toEqual([Buffer.alloc(32, 7), Buffer.alloc(16, 7), Buffer.alloc(10, 7)]);
    expect(spy).toHaveBeenCalledTimes(3);
  });

  it("draws a token for each key, a salt unless it is publishable, and the ids last", () => {
    expect(sizes(entropyToCreate([{ type: "secret" }, { type: "publishable" }]))).toEqual([32, 16, 32, 10, 10]);
    expect(sizes(entropyToCreate([undefined, null, "text", { type: "SECRET" }]))).toEqual([
      ...[32, 16, 32, 16, 32, 16, 32, 16],
      ...[10, 10, 10, 10],
    ]);
  });

  it("draws nothing for the keys of an upsert that exist", () => {
    const keys = [{ id: "apk_1" }, { id: "", type: "publishable" }, { id: null, type: "secret" }];
    expect(sizes(entropyToUpsert(keys))).toEqual([32, 32, 16, 10, 10]);
  });
});
