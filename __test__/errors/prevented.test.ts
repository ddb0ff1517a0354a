// Writes that a trigger of the table's owner skips: they fail and change nothing, because a key that was not revoked is
// still let in.

import { expectFailure } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { SECRET } from "../support/service";

const BY = { revoked_by: "user_1" };
const PREVENTED = "A trigger or a row security policy of the table api_key prevents this change";

describeOurs(
  "On a table with a trigger that skips rows",
  (current) => {
    const skip = async (event: "UPDATE" | "INSERT") => {
      const { name, sql } = current();
      if (name === "sqlite") {
        await sql(`CREATE TRIGGER skip BEFORE ${event} ON api_key BEGIN SELECT RAISE(IGNORE); END`);
        return;
      }
      await sql("CREATE OR REPLACE FUNCTION skip() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'");
      await sql(`CREATE TRIGGER skip BEFORE ${event} ON api_key FOR EACH ROW EXECUTE FUNCTION skip()`);
    };
    afterEach(async () => {
      const { name, sql } = current();
      await sql(`DROP TRIGGER IF EXISTS skip${name === "sqlite" ? "" : " ON api_key"}`);
    });

    /** Expects a call to fail and to change nothing. */
    const fails = async (call: () => Promise<unknown>) => {
      const before = await current().table();
      await expectFailure(call(), "unexpected_state", PREVENTED);
      expect(await current().table()).toEqual(before);
    };

    it("changes of keys fail", async () => {
      const { service } = current();
      const { id, token } = await service.createApiKeys(SECRET);
      await skip("UPDATE");

      await fails(() => service.revoke(id, BY));
      await fails(() => service.revoke({ id }, BY));
      await fails(() => service.revoke(id, { ...BY, cascade: true }));
      await fails(() => service.revoke(id, { ...BY, revoke_in: 60 }));
      await fails(() => service.revokeToken(token, BY));
      await fails(() => service.rollApiKeys(id, BY));
      await fails(() => service.updateApiKeys(id, { title: "New" }));
      await fails(() => service.softDeleteApiKeys(id));
      expect(await service.authenticate(token)).toMatchObject({ id });
    });

    it("a new single-use key that must end the older one is not created", async () => {
      const { service } = current();
      const single = { ...SECRET, purpose: "reset", owner: { type: "customer", id: "cus_1" } };
      await service.createApiKeys(single);
      await skip("UPDATE");

      await fails(() => service.createApiKeys(single));
    });

    it("creations fail", async () => {
      const { service } = current();
      const { id } = await service.createApiKeys(SECRET);
      await skip("INSERT");

      await fails(() => service.createApiKeys(SECRET));
      await fails(() => service.createApiKeys([SECRET, SECRET]));
      await fails(() => service.createApiKeys({ ...SECRET, created_by: id }));
      await fails(() => service.rollApiKeys(id, BY));
    });
  },
  { hashing: "sha256" },
);
