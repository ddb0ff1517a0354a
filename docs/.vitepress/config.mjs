// The site of the documentation. `npm run docs` builds it from a copy, in which links that leave docs/ are resolved (scripts/docs/).

import { defineConfig } from "vitepress";
import { sidebar } from "./sidebar.mjs";

/** Names of anchors as on GitHub, so that a link works in both places. */
const slugify = (heading) =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replace(/\s/g, "-");

export default defineConfig({
  title: "medusa-api-key-native",
  description: "API keys for Node.js servers and for Medusa",
  lang: "en-US",
  outDir: "../html",
  // A server that the reader starts.
  ignoreDeadLinks: "localhostLinks",
  markdown: { anchor: { slugify } },
  // The search index and the theme are one chunk each.
  vite: { build: { chunkSizeWarningLimit: 2_000 } },
  themeConfig: {
    sidebar,
    outline: "deep",
    search: { provider: "local" },
  },
});
