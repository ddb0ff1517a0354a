// Events about keys and their subscribers, without a certain database.

import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ApiKeyActivity } from "../../index.js";
import { makeGuard } from "../../module/guards/guard";
import type { ApiKeyModuleService } from "../../module/service";
import { failureOf } from "../support/failures";
import { openService } from "../support/ours";
import { runProgram } from "../support/own-process";
import { type OurService, SECRET, untyped } from "../support/service";
import { ActivityListener, NAMES } from "./listener";

const UNREACHABLE = "postgres://user@127.0.0.1:1/none";

describe("A call that fails", () => {
  it.each(["authenticate", "verify", "redeem"] as const)(
    "of %s is published with the type of its error (M20)",
    async (method) => {
      const service = openService(UNREACHABLE);
      const listener = new ActivityListener();
      const failure = await failureOf(service[method](`sk_${"0".repeat(64)}`, { purpose: "reset" } as never));
      listener.stop();
      const expected = method === "verify" ? "invalid_data" : "database_error";

      expect(failure.type).toBe(expected);
      expect(listener.take()).toMatchObject([
        { name: "key.refused", outcome: "failed", method, reason: expected, keyId: null, keyType: null },
      ]);
      await service.close();
    },
  );
});

describe("A call of a closed service", () => {
  const TOKEN = `sk_${"0".repeat(64)}`;
  const calls: [ApiKeyActivity["method"], string, (service: OurService) => Promise<unknown>][] = [
    ["authenticate", "a token", (service) => service.authenticate(TOKEN)],
    ["authenticate", "a string that is too long", (service) => service.authenticate("x".repeat(2_000))],
    ["authenticate", "a number", (service) => service.authenticate(untyped(5))],
    ["verify", "a token", (service) => service.verify(TOKEN)],
    ["verify", "a token with a demand", (service) => service.verify(TOKEN, { scopes: ["a:b"] })],
    ["verify", "a number", (service) => service.verify(untyped(5))],
    ["redeem", "a token", (service) => service.redeem(TOKEN, { purpose: "reset" })],
  ];

  it.each(calls)("of %s with %s is published as failed, once (M20)", async (method, _, call) => {
    const service = openService("sqlite::memory:");
    await service.close();
    const listener = new ActivityListener();
    const { type } = await failureOf(call(service));
    listener.stop();

    expect(type).toBe("unexpected_state");
    expect(listener.take()).toMatchObject([{ name: "key.refused", outcome: "failed", method, reason: type }]);
  });
});

describe("A call with a demand that cannot be sent to Rust", () => {
  it("is published as failed (M20)", async () => {
    const service = openService("sqlite::memory:");
    const cyclic: { scopes: unknown[] } = { scopes: [] };
    cyclic.scopes.push(cyclic);
    const listener = new ActivityListener();
    const { type } = await failureOf(service.verify("sk_1", untyped(cyclic)));
    listener.stop();

    expect(type).toBe("invalid_data");
    expect(listener.take()).toMatchObject([{ outcome: "failed", method: "verify", reason: type }]);
    await service.close();
  });
});

describe("A guard", () => {
  it("publishes its refusals and admissions as verify does, and nothing without a token (M20)", async () => {
    const service = openService("sqlite::memory:", { hashing: "sha256" });
    const guard = makeGuard(service as never, { scopes: ["products:read"] }, () => undefined);
    const [reader, clerk] = await service.createApiKeys([
      { ...SECRET, scopes: ["products:read"] },
      { ...SECRET, scopes: ["orders:read"] },
    ]);
    const listener = new ActivityListener();
    for (const authorization of [`Bearer ${reader.token}`, `Bearer ${clerk.token}`, undefined]) {
      await guard({}, { authorization, apiKey: undefined });
    }
    listener.stop();

    expect(listener.take()).toMatchObject([
      { name: "key.verified", method: "verify", keyId: reader.id },
      { name: "key.refused", method: "verify", keyId: clerk.id, reason: "insufficient_scope" },
    ]);
    await service.close();
  });

  it("of Medusa's Admin API publishes one event for an admitted request (M20)", async () => {
    const service = openService("sqlite::memory:", { hashing: "sha256" });
    const { admissions_ } = service as unknown as ApiKeyModuleService;
    const { id, token } = await service.createApiKeys({ ...SECRET, scopes: ["products:read"] });
    const verify = async () => {
      const verified = await service.verify(token, { scopes: ["products:read"] });
      return verified.valid ? verified.key : null;
    };
    const listener = new ActivityListener();
    const key = await admissions_.run({ token, open: true, verify }, () => service.authenticate(token));
    listener.stop();

    expect(key).toMatchObject({ id });
    expect(listener.take()).toMatchObject([{ name: "key.verified", method: "verify", keyId: id }]);
    await service.close();
  });
});

describe("A subscriber", () => {
  it("cannot change a message for later ones, nor a result by its times (M20)", async () => {
    const service = openService("sqlite::memory:", { hashing: "sha256" });
    const spoil = (message: unknown) => {
      const activity = message as Record<string, unknown>;
      (activity.endsAt as Date | null)?.setTime(0);
      for (const name of [...Object.keys(activity), "added"]) Reflect.set(activity, name, "spoiled");
    };
    for (const name of NAMES) subscribe(`medusa-api-key-native:${name}`, spoil);
    const listener = new ActivityListener();
    const { id, token } = await service.createApiKeys(SECRET);
    expect(await service.authenticate(token)).toMatchObject({ id });
    expect(await service.authenticate(token)).toMatchObject({ id });
    const { revoked_at } = await service.revoke(id, { revoked_by: "user_1" });
    for (const name of NAMES) unsubscribe(`medusa-api-key-native:${name}`, spoil);
    listener.stop();

    const seen = listener.take();
    expect(seen.map(({ name }) => name)).toEqual(["key.created", "key.verified", "key.verified", "key.revoked"]);
    expect(seen.filter((message) => message.keyId !== id || "added" in message)).toEqual([]);
    expect(revoked_at?.getTime()).toBeGreaterThan(1_000_000_000_000);
    await service.close();
  });

  it("that throws breaks no call and is reported as an uncaught exception (M20)", async () => {
    const program = runProgram(`
      const { subscribe } = await import("node:diagnostics_channel");
      process.on("uncaughtException", (error) => console.log("uncaught", error.message));
      for (const name of ${JSON.stringify(NAMES)})
        subscribe("medusa-api-key-native:" + name, () => { throw new Error("from a subscriber") });
      const service = new ApiKeyModuleService({ databaseUrl: "sqlite::memory:", hashing: "sha256" });
      const { id, token } = await service.createApiKeys({ title: "CI", type: "secret", created_by: "u" });
      const { key } = await service.verify(token);
      await service.revoke(id);
      console.log("answered", key.id === id, await service.authenticate(token));
      await service.close();`);
    const lines: string[] = [];
    for (let line = 0; line < 5; line++) lines.push(await program.line());

    expect(lines.filter((line) => line === "uncaught from a subscriber")).toHaveLength(4);
    expect(lines).toContain("answered true false");
    expect(await program.end()).toBe(0);
  });

  it("of one channel receives only its events (M20)", async () => {
    const service = openService("sqlite::memory:", { hashing: "sha256" });
    const listener = new ActivityListener(["key.refused"]);
    const { token } = await service.createApiKeys(SECRET);
    await service.authenticate(token);
    await service.authenticate("sk_1");
    listener.stop();
    await service.authenticate("sk_1");

    expect(listener.take().map(({ name }) => name)).toEqual(["key.refused"]);
    await service.close();
  });
});
