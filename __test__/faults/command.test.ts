// `npm run faults`: its arguments, and that it finds services that break a promise.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { LAYERS } from "../../harness/faults/layers.js";

describe("[sqlite] npm run faults", () => {
  const faults = (...args: string[]) => {
    const script = join(__dirname, "../../scripts/faults.mjs");
    const run = spawnSync(process.execPath, [script, "--mode", "sqlite", "--seed", "1", ...args], { encoding: "utf8" });
    return { code: run.status, printed: run.stdout + run.stderr };
  };
  const FOUND: Record<string, RegExp> = {
    "stale-cache": /a revoked key was accepted: \d/,
    "no-deadline": /a call exceeded its deadline: \d/,
    "lost-write": /an acknowledged write is lost: \d/,
    "half-roll": /a roll was half applied: \d/,
    "rejected-and-written": /a rejected write was applied: \d/,
    "no-recovery": /a call failed after recovery: \d/,
    "refused-at-random": /a live key was rejected: \d/,
  };

  it("has an expected rule for every broken promise", () => {
    expect(Object.keys(FOUND).sort()).toEqual([...LAYERS].sort());
  });

  it.each(Object.entries(FOUND))("fails on a service with the layer %s and prints the violation", (layer, rule) => {
    const { code, printed } = faults(
      "--only",
      "none",
      "--minutes",
      layer === "no-deadline" ? "0.12" : "0.05",
      "--layer",
      layer,
    );

    expect(printed).toMatch(rule);
    expect(code).toBe(1);
  });

  it("passes on the unchanged service and counts results and faults", () => {
    const { code, printed } = faults("--only", "freeze-worker,kill-worker,clock-jump", "--minutes", "0.2");

    expect(printed).toMatch(/results checked: \d{3,}/);
    expect(printed).toMatch(/faults injected: .*(freeze-worker|kill-worker|clock-jump) 1/);
    expect(printed).toMatch(/violations: 0/);
    expect(code).toBe(0);
  });

  it.each([
    [["--minutes", "0"], "--minutes takes a number above 0, not 0."],
    [["--mode", "fast"], "--mode takes strict, leased, sqlite or all, not fast."],
    [["--only", "rain"], "not rain."],
    [["--layer", "cake"], "--layer takes stale-cache"],
    [["--seed", "x"], "--seed takes a whole number, not x."],
  ])("rejects the arguments %j", (args, message) => {
    expect(faults(...args)).toEqual({ code: 1, printed: expect.stringContaining(message) });
  });
});
