// Stock publishes nothing on diagnostics channels, and has no health check.

import { describeStock } from "../support/implementations";
import { SECRET } from "../support/service";
import { ActivityListener } from "./listener";

describeStock("events about keys and ping()", (current) => {
  it("are unknown to stock (M20)", async () => {
    const listener = new ActivityListener();
    const { token } = await current().service.createApiKeys(SECRET);
    await current().service.authenticate(token);
    listener.stop();

    expect(listener.take()).toEqual([]);
    expect("ping" in current().service).toBe(false);
  });
});
