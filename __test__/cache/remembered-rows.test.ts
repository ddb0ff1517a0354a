import type { NativeApiKey } from "../../binding";
import { RememberedRows } from "../../module/remembered-rows";

const row = (id: string) => ({ id }) as NativeApiKey;

describe("the rows that the cache returned", () => {
  it("are each fetched once", () => {
    const rows = new RememberedRows();
    const read = jest.fn(() => row("apk_1"));
    expect([rows.get(1, read), rows.get(1, read)]).toEqual([{ id: "apk_1" }, { id: "apk_1" }]);
    expect(read).toHaveBeenCalledTimes(1);
  });

  it("are identified by their numbers", () => {
    const rows = new RememberedRows();
    rows.get(1, () => row("apk_1"));
    expect(rows.get(2, () => row("apk_2"))).toEqual({ id: "apk_2" });
    expect(rows.get(1, () => row("another"))).toEqual({ id: "apk_1" });
  });

  it("are evicted oldest first beyond ten thousand", () => {
    const rows = new RememberedRows();
    for (let number = 1; number <= 10_001; number++) rows.get(number, () => row(`apk_${number}`));
    const read = jest.fn(() => row("anew"));
    expect(rows.get(2, read)).toEqual({ id: "apk_2" });
    expect(rows.get(1, read)).toEqual({ id: "anew" });
  });
});
