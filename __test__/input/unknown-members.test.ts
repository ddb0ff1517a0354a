// Members that an argument does not have, and that would be dropped.

import { expectFailure, rejectsUnchanged } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { openService } from "../support/ours";
import { PUBLISHABLE, SECRET } from "../support/service";
import { unknown } from "../support/unknown-members";

const BY = { revoked_by: "user_2" };
describeOurs("A member that resembles another", (current) => {
  const service = () => current().service;
  beforeEach(() => service().createApiKeys({ ...PUBLISHABLE, id: "apk_1" }));

  const refused = rejectsUnchanged(current);

  it("is rejected with the name of the likely member (S22)", async () => {
    await refused(() => service().createApiKeys({ ...SECRET, expires_at: 1 }), /did you mean "expires_in", in seconds/);
    await refused(() => service().revoke("apk_1", { ...BY, expires_in: 1 }), /did you mean "revoke_in", in seconds/);
    await refused(() => service().revoke("apk_1", { revokedBy: "user_2" }), /did you mean "revoked_by"\?$/);
    await refused(
      () => service().createApiKeys({ ...SECRET, roles: [] }),
      /did you mean "scopes", an array of strings\?$/,
    );
  });

  it("is ignored when it is undefined, and other unknown members are ignored as in stock (S22)", async () => {
    const more = { ttl: undefined, labels: { a: 1 }, token: "mine", salt: "mine", nope: true };

    await expect(service().createApiKeys({ ...PUBLISHABLE, ...more })).resolves.toMatchObject(PUBLISHABLE);
    await expect(service().updateApiKeys("apk_1", { title: "New", ...more })).resolves.toMatchObject({ title: "New" });
    await expect(service().upsertApiKeys({ id: "apk_1", title: "Newer", ...more })).resolves.toMatchObject({
      id: "apk_1",
    });
    await expect(service().revoke("apk_1", { ...BY, ...more })).resolves.toMatchObject(BY);
  });
});

describeOurs("migrate(), status() and close()", (current) => {
  it("reject unknown settings and ignore other arguments (M4)", async () => {
    const service = openService(current().url) as unknown as Record<string, (...given: unknown[]) => Promise<unknown>>;
    for (const method of ["migrate", "status", "close"]) {
      await expectFailure(service[method]?.({ force: true }) as Promise<unknown>, "invalid_data", unknown("force"));
      await expect(service[method]?.("SIGTERM", 15, undefined)).resolves.not.toThrow();
    }
  });

  it("show no token that is passed as a setting", async () => {
    const service = openService(current().url) as unknown as Record<string, (...given: unknown[]) => Promise<unknown>>;
    for (const token of [`sk_${"0f".repeat(32)}`, "Bearer sk_6f1c2b9e-3d47-4a58", "0f".repeat(32)]) {
      for (const method of ["migrate", "status", "ping", "close"]) {
        await expectFailure(
          service[method]?.({ [token]: true }) as Promise<unknown>,
          "invalid_data",
          unknown("[*]{3}"),
        );
      }
    }
  });
});
