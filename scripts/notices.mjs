// Writes the third-party notices and the software bill of materials of each target's addon to target/notices/, and fails if the text of a
// license is missing.
//
//   npm run notices                                   all targets of package.json
//   npm run notices -- x86_64-unknown-linux-gnu       this target

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { setup } from "../harness/setup.mjs";
import { root } from "../harness/steps.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    "manifest-path": { type: "string", default: `${root}Cargo.toml` },
    out: { type: "string", default: `${root}target/notices` },
  },
});
await setup();
// Imported late: it needs packages that setup() installs.
const { NOTICE_FILES, writeNotices } = await import("./notices/write.mjs");
const { napi } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
for (const triple of positionals.length > 0 ? positionals : napi.targets) {
  const count = await writeNotices(triple, join(values.out, triple), values["manifest-path"]);
  console.log(`${triple}: ${count} crates in ${NOTICE_FILES.join(" and ")}`);
}
