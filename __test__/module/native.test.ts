import type { NativeFailure } from "../../binding";
import { Native } from "../../module/native";

const mockLoad = jest.fn();

jest.mock("../../binding", () => mockLoad(), { virtual: true });

/** A binding whose every call comes out as told. */
function answering(answer: unknown, failure: NativeFailure | null = null) {
  return {
    NativeApiKeyService: class {
      failure = () => failure;
      deleteApiKeys = async () => answer;
      authenticate = async () => answer;
    },
  };
}

describe("the border to Rust", () => {
  beforeEach(() => jest.resetModules());

  it("turns a failure into an error of the caller's realm", async () => {
    mockLoad.mockReturnValue(answering({ type: "database_error", message: "It broke.", sqlstate: "57P01" }));
    const failed = new Native({}).deleteApiKeys([]);
    await expect(failed).rejects.toBeInstanceOf(Error);
    await expect(failed).rejects.toMatchObject({ type: "database_error", message: "It broke.", sqlstate: "57P01" });
  });

  it("lets every other answer pass", async () => {
    mockLoad.mockReturnValue(answering(null));
    await expect(new Native({}).authenticate("sk_1")).resolves.toBeNull();
    jest.resetModules();
    mockLoad.mockReturnValue(answering({ id: "apk_1", title: "message" }));
    await expect(new Native({}).authenticate("sk_1")).resolves.toEqual({ id: "apk_1", title: "message" });
  });

  it("refuses settings that Rust refuses", () => {
    mockLoad.mockReturnValue(answering(null, { type: "invalid_argument", message: "pool: must be an object" }));
    expect(() => new Native({ pool: 5 })).toThrow(
      expect.objectContaining({ type: "invalid_argument", message: "pool: must be an object" }),
    );
  });

  it("says which package is missing and what to do when the addon cannot be loaded", () => {
    const reason = new Error("Cannot find native binding");
    mockLoad.mockImplementation(() => {
      throw reason;
    });
    const load = () => new Native({});
    expect(load).toThrow(`medusa-api-key-native-${process.platform}-${process.arch}`);
    expect(load).toThrow("--omit=optional");
    expect(load).toThrow("npm run build");
    expect(load).toThrow(expect.objectContaining({ cause: reason }));
  });
});
