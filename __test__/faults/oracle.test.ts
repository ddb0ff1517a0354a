// That `npm run faults` finds what it looks for: the oracle by itself, and the command with services that break one promise each.

import { Oracle } from "../../harness/faults/oracle.js";

const LIMITS = { boundMs: 50, deadlineMs: 1_000, slackMs: 100, recoveryMs: 2_000 };
const KEY = { id: "apk_1", token: "sk_1" };
const FOREVER = Number.POSITIVE_INFINITY;

describe("The oracle", () => {
  let oracle: Oracle;

  beforeEach(() => {
    oracle = new Oracle(LIMITS);
  });

  const create = (at = 100) => {
    oracle.begun("w.1", { kind: "create", worker: "w", title: "w.1", at: at - 10 });
    oracle.done("w.1", { at, outcome: "done", key: KEY });
  };
  const begin = (kind: "revoke" | "roll", at: number) =>
    oracle.begun("w.2", { kind, worker: "w", title: "w.2", id: KEY.id, at });
  const end = (at: number, outcome: "done" | "rejected" | "unknown" = "done") => oracle.done("w.2", { at, outcome });
  const authenticate = (start: number, outcome: "accepted" | "refused" | "failed", ms = 1) =>
    oracle.authenticated({ worker: "a", id: KEY.id, start, end: start + ms, outcome }, start + ms, "no connection");
  const found = () => {
    oracle.check(FOREVER);
    return [...oracle.violations.keys()];
  };
  const audit = (...rows: { id: string; title: string; revoked: boolean }[]) => {
    oracle.audit(rows);
    return [...oracle.violations.keys()];
  };
  const LIVE = { id: KEY.id, title: "w.1", revoked: false };
  const ENDED = { ...LIVE, revoked: true };
  const SUCCESSOR = { id: "apk_2", title: "w.2", revoked: false };

  it("reports a success that began later than the bound after a revocation returned", () => {
    create();
    begin("revoke", 200);
    end(300);
    authenticate(351, "accepted");

    expect(found()).toEqual(["a revoked key was accepted"]);
    expect(oracle.worstDelayMs).toBe(51);
  });

  it("accepts a success that began within the bound or before the revocation returned", () => {
    create();
    begin("revoke", 200);
    end(300);
    authenticate(250, "accepted", 500);
    authenticate(350, "accepted");

    expect(found()).toEqual([]);
  });

  it("reports a rejected live key unless its revocation had begun", () => {
    create();
    authenticate(90, "refused", 5);
    begin("revoke", 200);
    authenticate(199, "refused", 2);
    expect(found()).toEqual([]);
    authenticate(150, "refused");

    expect(found()).toEqual(["a live key was rejected"]);
  });

  it("reports a call beyond its deadline, not counting the time its process was stopped", () => {
    create();
    oracle.wasFrozen("a", 500, 1_500);
    authenticate(400, "accepted", 2_000);
    expect(found()).toEqual([]);
    authenticate(2_000, "accepted", 1_101);

    expect(found()).toEqual(["a call exceeded its deadline"]);
  });

  it("reports a call still pending beyond its deadline", () => {
    oracle.waiting("authenticate", "a", 100, 1_300);

    expect(found()).toEqual(["a call exceeded its deadline"]);
  });

  it("reports a failed call outside a fault and its recovery", () => {
    create();
    oracle.faultBegan(1_000);
    oracle.faultEnded(2_000);
    authenticate(1_500, "failed");
    authenticate(3_900, "failed");
    expect(found()).toEqual([]);
    authenticate(4_100, "failed");

    expect(found()).toEqual(["a call failed after recovery"]);
  });

  it.each([
    ["an acknowledged creation that the table lacks", "an acknowledged write is lost", [] as (typeof LIVE)[]],
    ["an acknowledged revocation that the table lacks", "an acknowledged write is lost", [LIVE]],
  ])("reports %s", (_, rule, rows) => {
    create();
    begin("revoke", 200);
    end(300);

    expect(audit(...rows)).toEqual([rule]);
  });

  it.each([
    ["an acknowledged roll without a successor", "done", [ENDED]],
    ["an acknowledged roll whose old key lives", "done", [LIVE, SUCCESSOR]],
    ["a roll of unknown outcome without a successor", "unknown", [ENDED]],
    ["a roll of unknown outcome whose old key lives", "unknown", [LIVE, SUCCESSOR]],
    ["a rejected roll without a successor", "rejected", [ENDED]],
  ] as const)("reports %s", (_, outcome, rows) => {
    create();
    oracle.faultBegan(150);
    begin("roll", 200);
    end(300, outcome);

    expect(audit(...rows)).toEqual(["a roll was half applied"]);
  });

  it.each([[[LIVE]], [[ENDED, SUCCESSOR]]])("accepts a complete or an absent roll of unknown outcome: %#", (rows) => {
    create();
    oracle.faultBegan(150);
    begin("roll", 200);
    end(300, "unknown");

    expect(audit(...rows)).toEqual([]);
  });

  it("reports a rejected write that was applied", () => {
    create();
    oracle.faultBegan(150);
    begin("revoke", 200);
    end(300, "rejected");

    expect(audit(ENDED)).toEqual(["a rejected write was applied"]);
  });

  it("treats writes of a killed process as unknown", () => {
    create();
    begin("revoke", 2_000);
    oracle.killed("w", 2_010);
    authenticate(2_050, "refused");

    expect(audit(LIVE)).toEqual([]);
  });

  it("excuses only the writes that a restored file undid", () => {
    create();
    begin("revoke", 200);
    end(300);
    oracle.wasRestored(250, 400);
    authenticate(500, "accepted");
    expect(audit(LIVE)).toEqual([]);
    oracle.restored = [{ from: 350, to: 400 }];
    authenticate(500, "accepted");

    expect(audit(LIVE)).toEqual(["a revoked key was accepted", "an acknowledged write is lost"]);
  });
});
