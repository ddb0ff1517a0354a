// Writes what follows from the titles of the tests and the pages in docs/compat/: the index of tests and the table of COMPAT.md.
// __test__/docs/compat.test.ts fails if they are out of date.

import { readFileSync, writeFileSync } from "node:fs";
import index from "../harness/compat/index-page.js";
import { root } from "../harness/steps.mjs";

const COMPAT = `${root}COMPAT.md`;

writeFileSync(`${root}docs/compat/tests.md`, index.indexPage());
writeFileSync(COMPAT, index.withNumbers(readFileSync(COMPAT, "utf8")));
