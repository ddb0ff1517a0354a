// Writes the software bill of materials of the root package, and that and the third-party notices of each target's addon, to
// target/notices/. Fails if the text of a license is missing, or if a license is not allowed.
//
//   npm run notices                                   all targets of package.json
//   npm run notices -- x86_64-unknown-linux-gnu       this target

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { setup } from "../harness/setup.mjs";
import { root } from "../harness/steps.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    "manifest-path": { type: "string", default: `${root}Cargo.toml` },
    "lock-folder": { type: "string", default: root },
    out: { type: "string", default: `${root}target/notices` },
  },
});
await setup();
// Imported late: it needs packages that setup() installs.
const { BILL, NOTICE_FILES, writeNotices, writeRootBill } = await import("./notices/write.mjs");
const { name, napi } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
const platforms = readdirSync(`${root}npm`).map((platform) => `${name}-${platform}`);
const packages = await writeRootBill(values.out, platforms, values["lock-folder"]);
console.log(`${name}: ${packages} packages in ${BILL}`);
for (const triple of positionals.length > 0 ? positionals : napi.targets) {
  const count = await writeNotices(triple, join(values.out, triple), { manifest: values["manifest-path"] });
  console.log(`${triple}: ${count} crates in ${NOTICE_FILES.join(" and ")}`);
}
