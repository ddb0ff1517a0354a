// What a secret scanner finds with the documented expression and checksum: tokens, and nothing else.

import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { openService } from "../support/ours";
import { SECRET } from "../support/service";
import { ACME, BRANDED, intact } from "./tokens";

const ROOT = join(__dirname, "../..");
const MAX_FILE_BYTES = 10_000_000;

const found = (text: string): string[] => (text.match(BRANDED) ?? []).filter(intact);

/** The files that belong to this repository, without build results. */
function repositoryFiles(): string[] {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 100_000_000,
  });
  return listed
    .split("\0")
    .filter(Boolean)
    .map((path) => join(ROOT, path))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
}

describe("The documented expression and checksum", () => {
  it("find a token in text around it (M19)", async () => {
    const service = openService("sqlite::memory:", ACME);
    const { token } = await service.createApiKeys(SECRET);
    await service.close();

    for (const text of [token, `KEY=${token}\n`, `{"key":"${token}"}`, `(${token})`, `https://host/?key=${token}&x`]) {
      expect(found(text)).toEqual([token]);
    }
    expect(found(`${token}A`)).toEqual([]);
    expect(found(`a${token}`)).toEqual([]);
  });

  it("find nothing in random text, even of the same characters (M19)", () => {
    const alike = fc.stringMatching(/^[sp]k_[a-z0-9]{1,16}_[0-9A-Za-z]{49}$/);
    const text = fc.oneof(fc.string({ maxLength: 2_000 }), fc.string({ unit: "binary", maxLength: 500 }), alike);
    fc.assert(
      fc.property(fc.array(text, { maxLength: 5 }), (texts) => found(texts.join(" ")).length === 0),
      { numRuns: 2_000 },
    );
  });

  it("find nothing in the files of this repository (M19)", () => {
    const files = repositoryFiles().filter((path) => statSync(path).size < MAX_FILE_BYTES);
    const positives = files.filter((path) => found(readFileSync(path, "latin1")).length > 0);

    expect(files.length).toBeGreaterThan(500);
    expect(positives).toEqual([]);
  });
});
