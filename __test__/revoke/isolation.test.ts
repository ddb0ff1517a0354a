// Writes on a database whose default isolation level lets a transaction keep its first snapshot.

import { type Implementation, STARTERS } from "../support/implementations";
import { meanwhile } from "../support/meanwhile";
import { onServer } from "../support/postgres";
import { type OurService, PUBLISHABLE, SECRET } from "../support/service";

const CHILD = '{"id": "child", "token": "pk_child", "created_by": "root", "token_digest": null}';
/** What a creation by the key `root` does until it commits. */
const CREATION = `SELECT 1 FROM api_key WHERE id = 'root' FOR UPDATE;
  INSERT INTO api_key SELECT made.* FROM api_key AS root, jsonb_populate_record(root, '${CHILD}') AS made WHERE root.id = 'root'`;
/** What ends the key `root`. */
const END = "UPDATE api_key SET revoked_at = now(), revoked_by = 'user_1', updated_at = now() WHERE id = 'root'";

describe.each(["repeatable read", "serializable"])("[postgres] With %s as the default isolation level", (level) => {
  let ours: Implementation<OurService>;

  beforeEach(async () => {
    ours = await STARTERS.postgres({ hashing: "sha256" });
    const database = new URL(ours.url).pathname.slice(1);
    await onServer(`ALTER DATABASE ${database} SET default_transaction_isolation = '${level}'`);
    // Sessions that exist keep the former default.
    await onServer(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}'`);
  });
  afterEach(() => ours.stop());

  it("a cascade ends a key whose creation was in progress (M16)", async () => {
    await ours.service.createApiKeys({ ...PUBLISHABLE, id: "root" });
    const cascade = () => ours.service.revoke("root", { revoked_by: "user_1", cascade: true });
    const ended = await meanwhile(ours.url, CREATION, cascade);
    expect(ended.map(({ id }) => id)).toEqual(["root", "child"]);
  });

  it.each([1, 2, 1_001])("a creator that ends meanwhile creates none of %d keys (M16)", async (count) => {
    await ours.service.createApiKeys({ ...SECRET, id: "root" });
    const children = Array.from({ length: count }, (_, n) => ({ ...PUBLISHABLE, title: `${n}`, created_by: "root" }));
    const creation = meanwhile(ours.url, END, () => ours.service.createApiKeys(children));

    await expect(creation).rejects.toMatchObject({ type: "not_allowed" });
    expect(await ours.service.listApiKeys({ created_by: "root" })).toEqual([]);
  });

  it("of two single-use keys created at once for one owner and purpose, one is live", async () => {
    const owner = { type: "customer", id: "cus_1" };
    const create = () => ours.service.createApiKeys({ ...SECRET, purpose: "reset", owner });
    await Promise.all([create(), create(), create(), create()]);
    expect(await ours.service.listApiKeys({ revoked_at: null })).toHaveLength(1);
  });
});
