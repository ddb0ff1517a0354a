// Unknown members of a config.

import { expectFailure, rejectsUnchanged } from "../support/failures";
import { describeOurs } from "../support/implementations";
import { openService } from "../support/ours";
import { PUBLISHABLE, SECRET } from "../support/service";
import { unknown } from "../support/unknown-members";

describeOurs("A config", (current) => {
  const service = () => current().service;
  beforeEach(() => service().createApiKeys({ ...PUBLISHABLE, id: "apk_1" }));

  const refused = rejectsUnchanged(current);

  it.each(["limit", "offset", "page", "per_page", "perPage", "pageSize", "first", "cursor", "Take"])(
    "is rejected with another name for a page: %s (S23)",
    async (name) => {
      for (const config of [{ [name]: 1 }, { take: 5, [name]: "1" }]) {
        await refused(() => service().listApiKeys({}, config), unknown(name));
        await refused(() => service().listAndCountApiKeys({}, config), unknown(name));
        await refused(() => service().retrieveApiKey("apk_1", config), unknown(name));
      }
    },
  );

  it("is rejected with another name for a page in the lookup of a publishable key (S23)", async () => {
    const [key] = await service().listApiKeys({ id: "apk_1" });

    await refused(
      () => service().listApiKeys({ token: key?.token, type: "publishable" }, { limit: 1 }),
      unknown("limit"),
    );
  });
});

describeOurs("A standalone service", (current) => {
  let service: ReturnType<typeof openService>;
  beforeEach(async () => {
    service = openService(current().url);
    await service.createApiKeys([
      { ...SECRET, id: "apk_1" },
      { ...PUBLISHABLE, id: "apk_2" },
    ]);
  });
  afterEach(() => service.close());

  it.each(["options", "withdeleted", "orderBy", "where", "nope"])(
    "rejects the config member %s (S24)",
    async (name) => {
      await expectFailure(service.listApiKeys({}, { [name]: true }), "invalid_data", unknown(name));
      await expectFailure(service.listAndCountApiKeys({}, { [name]: true }), "invalid_data", unknown(name));
      await expectFailure(service.retrieveApiKey("apk_1", { [name]: true }), "invalid_data", unknown(name));
      await expect(service.listApiKeys({}, { [name]: undefined, withDeleted: true })).resolves.toHaveLength(2);
    },
  );
});
