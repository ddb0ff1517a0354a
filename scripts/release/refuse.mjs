// Keeps `npm publish` from publishing a checkout, whose dist/ may be old and whose package.json names no platform.

import { fail } from "../../harness/steps.mjs";

fail('Publish with "npm run release -- --publish", which builds, packs and verifies all packages.');
