// Renders the notices: each text once, under the names of the crates that it belongs to.

import { storedText } from "./license-texts.mjs";

const RULE = `\n\n${"-".repeat(80)}\n\n`;

/** Returns the text of THIRD-PARTY-NOTICES.txt for crates from `withTexts`, in an addon built by `rust`, a version. */
export function rendered(crates, sqlite, rust) {
  const groups = new Map();
  const standard = {
    name: "The Rust standard library",
    version: rust,
    licenses: ["MIT"],
    texts: [storedText("rust.txt")],
  };
  for (const crate of [standard, ...crates]) {
    for (const text of crate.texts) groups.set(text, [...(groups.get(text) ?? []), crate]);
  }
  const parts = [...groups].map(([text, users]) => `${users.map(heading).join("\n")}\n\n${text}`);
  const head = [
    "The addon of medusa-api-key-native contains the software below, under the licenses that follow.",
    `It also contains SQLite ${sqlite}, which is in the public domain: https://sqlite.org/copyright.html`,
  ];
  return `${[head.join("\n"), ...parts].join(RULE)}\n`;
}

const heading = ({ name, version, licenses, repository }) =>
  [`${name} ${version} (${licenses.join(" and ")})`, ...(repository ? [repository] : [])].join(" ");
