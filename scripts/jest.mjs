// Runs Jest on the existing build, after installing its packages if they are missing. Arguments are passed on to Jest.

import { setup } from "../harness/setup.mjs";
import { JEST, succeeds } from "../harness/steps.mjs";

await setup();
process.exitCode = (await succeeds(process.execPath, [...JEST, ...process.argv.slice(2)])) ? 0 : 1;
