import type { KeyRow } from "../../module/generated/columns";
import { RememberedRows } from "../../module/remembered-rows";

const row = (number: number, id = `apk_${number}`) => ({ number, key: { id } as unknown as KeyRow });

describe("the rows that the cache returned", () => {
  it("are each fetched once", () => {
    const rows = new RememberedRows();
    const read = jest.fn(() => row(1));
    expect([rows.get(1, read), rows.get(1, read)]).toEqual([{ id: "apk_1" }, { id: "apk_1" }]);
    expect(read).toHaveBeenCalledTimes(1);
  });

  it("are identified by their numbers", () => {
    const rows = new RememberedRows();
    rows.get(1, () => row(1));
    expect(rows.get(2, () => row(2))).toEqual({ id: "apk_2" });
    expect(rows.get(1, () => row(1, "another"))).toEqual({ id: "apk_1" });
  });

  it("are kept by the number that was read, when memory has a later row by then", () => {
    const rows = new RememberedRows();
    expect(rows.get(1, () => row(2))).toEqual({ id: "apk_2" });
    const read = jest.fn(() => row(1));
    expect(rows.get(2, read)).toEqual({ id: "apk_2" });
    expect(read).not.toHaveBeenCalled();
    expect(rows.get(1, read)).toEqual({ id: "apk_1" });
  });

  it("are not there when memory may no longer answer", () => {
    const rows = new RememberedRows();
    expect(rows.get(1, () => null)).toBeNull();
    expect(rows.get(1, () => row(1))).toEqual({ id: "apk_1" });
  });

  it("are bounded: beyond ten thousand the oldest is read again", () => {
    const rows = new RememberedRows();
    for (let number = 1; number <= 10_001; number++) rows.get(number, () => row(number));
    const read = jest.fn((number: number) => row(number, "again"));
    expect(rows.get(2, () => read(2))).toEqual({ id: "apk_2" });
    expect(rows.get(1, () => read(1))).toEqual({ id: "again" });
  });
});
