import { Native } from "../../module/native";
import type { Failure } from "../../module/outcome";

const mockLoad = jest.fn();

jest.mock("../../binding", () => mockLoad(), { virtual: true });

const ignore = () => undefined;

/** A binding whose every call comes out as told; tickets are answered in one go. */
function answering(outcome: unknown, failure: Failure | null = null) {
  return {
    NativeApiKeyService: class {
      tickets: number[] = [];
      constructor(
        _settings: string,
        _onEvent: unknown,
        readonly wake: () => void,
      ) {}
      failure = () => failure && JSON.stringify(failure);
      status = () => JSON.stringify({ answers: "strict" });
      deleteApiKeys = async () => JSON.stringify(outcome);
      listApiKeys = async () => JSON.stringify(outcome);
      ask(_kind: string, _demand: string, _now: number, firstTicket: number, tokens: string[]) {
        this.tickets.push(...tokens.map((_, place) => firstTicket + place));
        setImmediate(this.wake);
      }
      takeAnswers() {
        const { value = null, failure } = outcome as { value?: unknown; failure?: Failure };
        const answer = (ticket: number) => (failure ? [ticket, null, failure] : [ticket, value]);
        return [JSON.stringify(this.tickets.splice(0).map(answer))];
      }
    },
  };
}

describe("the native wrapper", () => {
  beforeEach(() => jest.resetModules());

  it("turns a failure into an error of the caller's realm", async () => {
    mockLoad.mockReturnValue(
      answering({ failure: { type: "database_error", message: "It broke.", sqlstate: "57P01" } }),
    );
    const native = new Native({}, ignore);
    for (const failed of [native.deleteApiKeys([]), native.authenticate("sk_1")]) {
      await expect(failed).rejects.toBeInstanceOf(Error);
      await expect(failed).rejects.toMatchObject({ type: "database_error", message: "It broke.", sqlstate: "57P01" });
    }
  });

  it("resolves every ticket of a batch", async () => {
    mockLoad.mockReturnValue(answering({ value: null }));
    const native = new Native({}, ignore);
    const answers = await Promise.all(Array.from({ length: 100 }, () => native.authenticate("sk_1")));
    expect(answers).toEqual(Array.from({ length: 100 }, () => null));
  });

  it("sends the questions of a turn in one call per kind", async () => {
    const binding = answering({ value: null });
    const ask = jest.spyOn(binding.NativeApiKeyService.prototype, "ask");
    mockLoad.mockReturnValue(binding);
    jest.useFakeTimers({ now: 5, doNotFake: ["nextTick", "queueMicrotask", "setImmediate"] });
    const native = new Native({}, ignore);
    const calls = ["1", "2", "3"].flatMap((n) => [native.authenticate(`sk_${n}`), native.publishableKey(`pk_${n}`)]);
    await expect(Promise.all(calls)).resolves.toEqual(Array(6).fill(null));
    expect(ask.mock.calls).toEqual([
      ["secret", "", 5, 1, ["sk_1", "sk_2", "sk_3"]],
      ["publishable", "", 5, 4, ["pk_1", "pk_2", "pk_3"]],
    ]);
    jest.useRealTimers();
  });

  it("settles the other promises of a batch when one answer cannot be decoded", async () => {
    const binding = answering({ value: ["apk_1"] });
    mockLoad.mockReturnValue(binding);
    const native = new Native({}, ignore);
    const calls = [native.authenticate("sk_1"), native.authenticate("sk_2")];
    const RealDate = Date;
    let broken = true;
    globalThis.Date = class extends RealDate {
      constructor(...args: []) {
        super(...args);
        if (broken) {
          broken = false;
          throw new RangeError("no date");
        }
      }
    } as typeof Date;
    const settled = await Promise.allSettled(calls);
    globalThis.Date = RealDate;
    expect(settled.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
  });

  it("joins a list of keys that crosses in several strings", async () => {
    const binding = answering(null);
    const head = JSON.stringify({ value: { keys: [], columns: null, count: 3 } });
    const strings = [head, '[{"id":"a"},{"id":"b"}]', '[{"id":"c"}]'];
    mockLoad.mockReturnValue(binding);
    const native = new Native({}, ignore);
    const service = native as unknown as { service: { listApiKeys: () => Promise<string[]> } };
    service.service.listApiKeys = async () => strings;
    await expect(native.listApiKeys({}, {})).resolves.toEqual({
      keys: [{ id: "a" }, { id: "b" }, { id: "c" }],
      columns: null,
      count: 3,
    });
  });

  it("rejects every call of a turn whose batch could not be sent", async () => {
    const binding = answering({ value: null });
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

  it("returns every other result unchanged", async () => {
    mockLoad.mockReturnValue(answering({ value: null }));
    await expect(new Native({}, ignore).listApiKeys({}, {})).resolves.toBeNull();
    jest.resetModules();
    mockLoad.mockReturnValue(answering({ value: { id: "apk_1", failure: "message" } }));
    await expect(new Native({}, ignore).listApiKeys({}, {})).resolves.toEqual({ id: "apk_1", failure: "message" });
  });

  it("rejects settings that Rust rejects", () => {
    mockLoad.mockReturnValue(
      answering({ value: null }, { type: "invalid_argument", message: "pool: must be an object" }),
    );
    expect(() => new Native({ pool: 5 }, ignore)).toThrow(
      expect.objectContaining({ type: "invalid_argument", message: "pool: must be an object" }),
    );
  });

  it("names the missing package and the remedy when the addon cannot be loaded", () => {
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
