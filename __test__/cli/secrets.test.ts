// No output holds a secret: neither a token, except that of create and roll, nor a hash, a salt or the URL's password.

import fc from "fast-check";
import { rejectTokens } from "../../dist/cli/secrets";
import { shown } from "../../dist/cli/terminal";
import { STARTERS } from "../support/implementations";
import { cliOn, type Run } from "./program";

const SCHEMES = ["argon2id", "scrypt", "sha256"] as const;
const FRESH_TOKEN = "sk_9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d8f14e45fceea167a5a36dedd4bea2543";

describe.each(["sqlite", "postgres"] as const)("[%s] The output of the commands", (name) => {
  it("holds no token but a new one, and no hash, salt or password", async () => {
    const implementation = await STARTERS[name]();
    const cli = cliOn(implementation.url);
    const runs: Run[] = [];
    const collect = async (run: Promise<Run>) => {
      const done = await run;
      runs.push(done);
      return done;
    };
    const tokens: string[] = [];
    const ids: string[] = [];
    try {
      for (const scheme of SCHEMES) {
        const args = ["create", "--title", scheme, "--hashing", scheme, "--scopes", "a:b", "--owner", "user:1"];
        const { value } = await cli.json(...args);
        tokens.push(value.token);
        ids.push(value.id);
      }
      const rolled = await cli.json("roll", ids[0] as string, "--yes", "--hashing", "sha256");
      tokens.push(rolled.value.created.token);
      const before = await implementation.table();

      for (const json of [[], ["--json"]]) {
        await collect(cli.run("list", ...json));
        for (const id of ids) await collect(cli.run("show", id, ...json));
        for (const token of tokens) await collect(cli.pipe(token, "verify", "--ip", "10.0.0.1", ...json));
        for (const token of tokens) await collect(cli.run("verify", token, ...json));
        for (const token of tokens) await collect(cli.run("show", token, ...json));
        await collect(cli.pipe(FRESH_TOKEN, "ensure", "--title", "Declared", ...json));
        await collect(cli.run("doctor", ...json));
        await collect(cli.run("list", "--database-url", "postgres://user:correct-horse@127.0.0.1:1/x", ...json));
        await collect(cli.run("doctor", "--database-url", "postgres://user:correct-horse@127.0.0.1:1/x", ...json));
        await collect(cli.run("migrate", ...json));
        await collect(cli.run("revoke", ids[1] as string, "--dry-run", ...json));
        await collect(cli.run("prune", "--ended-before", "1d", "--yes", ...json));
      }
      await collect(cli.pipe(tokens[2] as string, "revoke", "--token-stdin", "--yes"));
      await collect(cli.run("revoke", ids[1] as string, "--yes", "--json"));

      const rows = [...before, ...(await implementation.table())];
      const hidden = [...tokens, FRESH_TOKEN, "correct-horse", ...rows.flatMap(({ token, salt }) => [token, salt])];
      const output = runs.map(({ stdout, stderr }) => stdout + stderr).join("\n");
      expect(runs.length).toBeGreaterThan(40);
      expect(runs.filter(({ exitCode }) => exitCode === 0).length).toBeGreaterThan(15);
      expect(hidden.length).toBeGreaterThan(10);
      expect(hidden.filter((secret) => typeof secret !== "string" || secret === "" || output.includes(secret))).toEqual(
        [],
      );
    } finally {
      await implementation.stop();
    }
  }, 120_000);
});

describe("An argument that holds a token", () => {
  const token = fc
    .tuple(fc.constantFrom("sk_", "sk_acme_"), fc.stringMatching(/^[0-9A-Za-z]{43,64}$/))
    .map(([prefix, random]) => prefix + random);
  const anywhere = fc.tuple(
    fc.constantFrom("", "--id=", "--title=", "user:", "a,", "--x ", "'"),
    token,
    fc.constantFrom("", ",b", "'"),
  );

  it("is rejected in any place, with a message that does not repeat it", () => {
    fc.assert(
      fc.property(
        anywhere,
        fc.array(fc.constantFrom("list", "--json", "verify", "")),
        ([before, secret, after], others) => {
          const args = [...others, before + secret + after, ...others];
          expect(() => rejectTokens(args)).toThrow(/^a token must not be an argument/);
          try {
            rejectTokens(args);
          } catch (error) {
            expect((error as Error).message).not.toContain(secret.slice(3));
          }
        },
      ),
    );
  });

  it("is not confused with ids, publishable tokens, redacted forms, scopes and words", () => {
    rejectTokens([
      "show",
      "apk_01KCJ3N5V7YQX9ZB2D4F6H8J0K",
      `pk_${"0".repeat(64)}`,
      "sk_12a***9f0",
      "a:b,c:*",
      "risk_assessment_of_the_shop",
    ]);
  });
});

describe("A value of a key in a table", () => {
  it("has no control character, whatever it holds", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(shown(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
    );
    expect(shown("\u001b[2Jred\u202etxt")).toBe("\\u{1b}[2Jred\\u{202e}txt");
    expect(shown("Ünïcode 鍵 🔑")).toBe("Ünïcode 鍵 🔑");
  });
});
