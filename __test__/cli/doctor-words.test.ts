// What doctor says of facts.

import { keyChecks } from "../../module/cli/doctor/keys";
import { serverChecks } from "../../module/cli/doctor/server";
import { tableChecks } from "../../module/cli/doctor/table";
import type { Diagnosis } from "../../module/diagnosis";

describe("What doctor says", () => {
  const NOW = Date.UTC(2026, 10, 28);
  const healthy: Diagnosis = {
    server: {
      database: "postgres",
      version: "18.4",
      location: "postgres://host/shop",
      schema: "public",
      clock: { serverMs: NOW - 30, roundTripMs: 20, ageMs: 20 },
      encryption: { local: false, demanded: "full", protocol: "TLSv1.3" },
      pooler: null,
      replica: false,
      readOnly: false,
    },
    table: {
      exists: true,
      missingSteps: [],
      unknownSteps: [],
      missingPrivileges: [],
      mayMigrate: true,
      triggers: true,
    },
    keys: [],
    keysFailure: null,
  };
  const server = (facts: Partial<Diagnosis["server"]>, allowsReplica = false) => {
    const diagnosis = { ...healthy, server: { ...healthy.server, ...facts } };
    return serverChecks(diagnosis, allowsReplica, NOW).filter(({ state }) => state !== "ok");
  };
  const clock = (differenceMs: number) =>
    server({ clock: { serverMs: NOW - 30 - differenceMs, roundTripMs: 20, ageMs: 20 } });

  it("is ok for a healthy server", () => {
    expect(server({})).toEqual([]);
    expect(tableChecks(healthy).filter(({ state }) => state !== "ok")).toEqual([]);
  });

  it.each<[name: string, facts: Partial<Diagnosis["server"]>, state: string, message: RegExp]>([
    ["no encryption", { encryption: { local: false, demanded: "none", protocol: null } }, "note", /is not encrypted/],
    [
      "an unverified certificate",
      { encryption: { local: false, demanded: "if-offered", protocol: "TLSv1.3" } },
      "note",
      /certificate is not verified/,
    ],
    [
      "an unverified host name",
      { encryption: { local: false, demanded: "authority", protocol: "TLSv1.3" } },
      "note",
      /for any host name/,
    ],
    ["a pooler in transaction mode", { pooler: "transaction" }, "note", /maxStaleness has no effect/],
    [
      "a pooler that may be reached without encryption",
      { pooler: "session", encryption: { local: false, demanded: "if-offered", protocol: null } },
      "note",
      /pooler's connection to the server is not encrypted\. The connection to the pooler may be unencrypted, too/,
    ],
    [
      "a pooler whose own connection is not encrypted",
      { pooler: "session", encryption: { local: true, demanded: "none", protocol: null } },
      "note",
      /pooler's connection to the server is not encrypted\.$/,
    ],
    ["a hot standby", { replica: true, readOnly: true }, "problem", /hot standby/],
  ])("names %s and what to do", (_, facts, state, message) => {
    expect(server(facts)).toEqual([expect.objectContaining({ state, message: expect.stringMatching(message) })]);
    expect(server(facts)[0]?.remedy).toMatch(/\.$/);
  });

  it("only notes a standby if the option replica is set", () => {
    expect(server({ replica: true, readOnly: true }, true)).toMatchObject([{ check: "replica", state: "note" }]);
  });

  it("is ok without encryption on this machine, and with a pooler in session mode", () => {
    expect(server({ encryption: { local: true, demanded: "none", protocol: null } })).toEqual([]);
    expect(server({ pooler: "session" })).toEqual([]);
  });

  it.each([
    [999, undefined, ""],
    [-999, undefined, ""],
    [1_500, "note", "The clock of this machine is 1.5 s ahead of that of the server."],
    [-9_000, "note", "The clock of this machine is 9.0 s behind that of the server."],
    [60_000, "problem", "The clock of this machine is 60.0 s ahead of that of the server."],
  ])("about a clock that differs by %d ms is %s", (difference, state, message) => {
    expect(clock(difference).map((check) => [check.state, check.message])).toEqual(state ? [[state, message]] : []);
  });

  it("names keys whose hashes this version does not support, and keys that cannot be counted", () => {
    const unknown = { scheme: "unknown", hashKey: null, restricted: false, live: 2, ended: 0 } as const;
    expect(keyChecks({ ...healthy, keys: [unknown] }, null)[0]).toMatchObject({
      state: "problem",
      message: expect.stringContaining("The hashes of 2 keys have a format that this version does not support."),
    });
    expect(keyChecks({ ...healthy, keys: null, keysFailure: "The call timed out." }, null)).toMatchObject([
      { check: "keys", state: "problem", message: "The keys cannot be counted: The call timed out." },
    ]);
  });
});
