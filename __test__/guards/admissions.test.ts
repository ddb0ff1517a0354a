// When authenticate returns a restricted key: during a request that a guard admits with it, and at no other time.

import type { Admission } from "../../dist/admissions";
import type { ApiKeyModuleService, CreateApiKeyInput } from "../../index.js";
import { describeOurs } from "../support/implementations";

describeOurs(
  "authenticate during an admitted request",
  (current) => {
    const service = () =>
      current().service as unknown as ApiKeyModuleService & {
        admissions_: { run<Result>(admission: Admission, work: () => Result): Result };
      };
    const create = async (members: object = { scopes: ["products:read"] }) =>
      service().createApiKeys({
        title: "Admitted",
        type: "secret",
        created_by: "user_ada",
        ...members,
      } as CreateApiKeyInput);
    const admission = (token: string, scope: string): Admission => ({
      token,
      open: true,
      verify: async () => {
        const verified = await service().verify(token, { scopes: [scope] });
        return verified.valid ? verified.key : null;
      },
    });

    it("returns the key if it satisfies what the guard demands", async () => {
      const { id, token } = await create();
      const found = await service().admissions_.run(admission(token, "products:read"), () =>
        service().authenticate(token),
      );
      expect(found).toMatchObject({ id });
      expect(await service().authenticate(token)).toBe(false);
    });

    it("returns false for a demand that the key does not satisfy", async () => {
      const { token } = await create();
      const asked = service().admissions_.run(admission(token, "products:write"), () => service().authenticate(token));
      expect(await asked).toBe(false);
    });

    it("returns false for another token, and after the response", async () => {
      const [one, other] = [await create(), await create()];
      const admitted = admission(one.token, "products:read");
      const answers = await service().admissions_.run(admitted, async () => {
        const during = [await service().authenticate(other.token), await service().authenticate(one.token)];
        admitted.open = false;
        return [...during, await service().authenticate(one.token)];
      });
      expect(answers).toEqual([false, expect.objectContaining({ id: one.id }), false]);
    });

    it("returns false outside the request while it is admitted", async () => {
      const { token } = await create();
      let finish = () => {};
      const finished = new Promise<void>((resolve) => {
        finish = resolve;
      });
      const inside = service().admissions_.run(admission(token, "products:read"), async () => {
        await finished;
        return service().authenticate(token);
      });
      expect(await service().authenticate(token)).toBe(false);
      finish();
      expect(await inside).toMatchObject({ token: "" });
    });

    it("returns an unrestricted key, whatever the guard demands", async () => {
      const { id, token } = await create({});
      const asked = service().admissions_.run(admission(token, "users:write"), () => service().authenticate(token));
      expect(await asked).toMatchObject({ id });
      expect(await service().authenticate(token)).toMatchObject({ id });
    });

    it("asks the guard once for each use, and reads nothing beside", async () => {
      const { token } = await create();
      const { verify, ...admitted } = admission(token, "products:read");
      const asked = jest.fn(verify);
      const native = jest.spyOn(
        (service() as unknown as { native_: { authenticate(): unknown } }).native_,
        "authenticate",
      );
      await service().admissions_.run({ ...admitted, verify: asked }, () => service().authenticate(token));
      expect([asked.mock.calls.length, native.mock.calls.length]).toEqual([1, 0]);
      native.mockRestore();
    });
  },
  { hashing: "sha256" },
);
