import type { NativeFailure } from "../../binding";
import { Native } from "../../module/native";

const mockLoad = jest.fn();

jest.mock("../../binding", () => mockLoad(), { virtual: true });

const ignore = () => undefined;

/** A binding whose every call comes out as told; tickets are answered in one go. */
function answering(answer: unknown, failure: NativeFailure | null = null) {
  return {
    NativeApiKeyService: class {
      tickets: number[] = [];
      constructor(
        _settings: string,
        _hear: unknown,
        readonly wake: () => void,
      ) {}
      failure = () => failure;
      status = () => JSON.stringify({ answers: "strict" });
      deleteApiKeys = async () => answer;
      listApiKeys = async () => answer;
      ask(tickets: number[]) {
        this.tickets.push(...tickets);
        setImmediate(this.wake);
      }
      takeAnswers(
        _found: unknown,
        none: (ticket: number) => void,
        failed: (ticket: number, failure: NativeFailure) => void,
      ) {
        for (const ticket of this.tickets.splice(0)) {
          if (answer === null) none(ticket);
          else failed(ticket, answer as NativeFailure);
        }
      }
    },
  };
}

describe("the border to Rust", () => {
  beforeEach(() => jest.resetModules());

  it("turns a failure into an error of the caller's realm", async () => {
    mockLoad.mockReturnValue(answering({ type: "database_error", message: "It broke.", sqlstate: "57P01" }));
    const native = new Native({}, ignore);
    for (const failed of [native.deleteApiKeys([]), native.authenticate("sk_1")]) {
      await expect(failed).rejects.toBeInstanceOf(Error);
      await expect(failed).rejects.toMatchObject({ type: "database_error", message: "It broke.", sqlstate: "57P01" });
    }
  });

  it("answers every ticket of many that come at once", async () => {
    mockLoad.mockReturnValue(answering(null));
    const native = new Native({}, ignore);
    const answers = await Promise.all(Array.from({ length: 100 }, () => native.authenticate("sk_1")));
    expect(answers).toEqual(Array.from({ length: 100 }, () => null));
  });

  it("rejects every call of a turn whose questions could not be asked", async () => {
    const binding = answering(null);
    binding.NativeApiKeyService.prototype.ask = () => {
      throw new TypeError("of another realm");
    };
    mockLoad.mockReturnValue(binding);
    const native = new Native({}, ignore);
    const calls = [native.authenticate("sk_1"), native.publishableKey("pk_1")];
    for (const call of calls) {
      await expect(call).rejects.toMatchObject({ __isMedusaError: true, type: "unexpected_state" });
    }
  });

  it("lets every other answer pass", async () => {
    mockLoad.mockReturnValue(answering(null));
    await expect(new Native({}, ignore).listApiKeys({}, {})).resolves.toBeNull();
    jest.resetModules();
    mockLoad.mockReturnValue(answering({ id: "apk_1", title: "message" }));
    await expect(new Native({}, ignore).listApiKeys({}, {})).resolves.toEqual({ id: "apk_1", title: "message" });
  });

  it("refuses settings that Rust refuses", () => {
    mockLoad.mockReturnValue(answering(null, { type: "invalid_argument", message: "pool: must be an object" }));
    expect(() => new Native({ pool: 5 }, ignore)).toThrow(
      expect.objectContaining({ type: "invalid_argument", message: "pool: must be an object" }),
    );
  });

  it("says which package is missing and what to do when the addon cannot be loaded", () => {
    const reason = new Error("Cannot find native binding");
    mockLoad.mockImplementation(() => {
      throw reason;
    });
    const load = () => new Native({}, ignore);
    expect(load).toThrow(`medusa-api-key-native-${process.platform}-${process.arch}`);
    expect(load).toThrow("--omit=optional");
    expect(load).toThrow("npm run build");
    expect(load).toThrow(expect.objectContaining({ cause: reason }));
  });
});
