// Copies the documents into the folder that the site is built from. A link to another document leads to its page, and one to index.d.ts
// to the API reference, which TypeDoc generates from the same types. A link to any other file of the repository leads to where
// package.json says that the repository is, and is plain text until it says so.

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { root } from "../../harness/steps.mjs";

/** Documents outside docs/ that are pages of the site, too, by their paths. Names differ from those in docs/ in more than case. */
const OTHERS = new Map([
  ["COMPAT.md", "differences.md"],
  ["CHANGELOG.md", "changelog.md"],
  ["CONTRIBUTING.md", "contributing.md"],
  ["ARCHITECTURE.md", "architecture.md"],
  ["SECURITY.md", "reporting-vulnerabilities.md"],
  ...readdirSync(join(root, "examples"))
    .filter((name) => existsSync(join(root, "examples", name, "README.md")))
    .map((name) => [`examples/${name}/README.md`, `examples/${name}/index.md`]),
]);
/** Files that are no documents, and the pages of the site that show what is in them. */
const SHOWN = new Map([["index.d.ts", "api/index.md"]]);
const LINK = /(?<image>!?)\[(?<text>(?:[^[\]]|\[[^\]]*\])*)\]\((?<to>[^)#\s]*)(?<anchor>#[^)\s]*)?\)/g;

/** Writes the pages into a folder; returns their paths there. */
export function stage(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(join(root, "docs/.vitepress"), join(folder, ".vitepress"), { recursive: true, filter: isSource });
  const inDocs = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .map((path) => path.split(sep).join("/"))
    .filter((path) => path.endsWith(".md") && !/^(\.vitepress|node_modules|api)\//.test(path));
  const pages = new Map([...inDocs.map((path) => [`docs/${path}`, pageOf(path)]), ...OTHERS]);
  const assets = new Set();
  for (const [source, page] of pages) {
    const text = readFileSync(join(root, source), "utf8");
    write(join(folder, page), withLinks(text, source, page, pages, assets));
  }
  for (const asset of assets) {
    const to = join(folder, placeOf(asset));
    mkdirSync(dirname(to), { recursive: true });
    cpSync(join(root, asset), to);
  }
  return [...pages.values()];
}

const isSource = (path) => !/[\\/](cache|dist)$/.test(path);
const pageOf = (path) => path.replace(/(^|\/)README\.md$/, "$1index.md");
const placeOf = (asset) => asset.replace(/^docs\//, "");

function write(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Rewrites the links outside of blocks of code. */
function withLinks(text, source, page, pages, assets) {
  return text
    .split(/(^ *```.*?^ *```$)/ms)
    .map((part, index) =>
      index % 2 === 1 ? part : part.replace(LINK, (...match) => linkOf(match.at(-1), source, page, pages, assets)),
    )
    .join("");
}

function linkOf({ image, text, to, anchor = "" }, source, page, pages, assets) {
  if (to === "" || /^[a-z]+:/.test(to)) return `${image}[${text}](${to}${anchor})`;
  const target = join(dirname(source), to).split(sep).join("/").replace(/\/$/, "");
  const from = (path) => {
    const way = relative(dirname(page), path).split(sep).join("/");
    return way.startsWith(".") ? way : `./${way}`;
  };
  if (image !== "") {
    assets.add(target);
    return `${image}[${text}](${from(placeOf(target))})`;
  }
  const other = pages.get(target) ?? pages.get(`${target}/README.md`) ?? SHOWN.get(target);
  if (other !== undefined) return `[${text}](${from(other)}${anchor})`;
  if (!existsSync(join(root, target))) throw new Error(`${source} links to ${to}, which does not exist`);
  const url = repositoryUrl();
  const kind = statSync(join(root, target)).isDirectory() ? "tree" : "blob";
  return url === null ? text : `[${text}](${url}/${kind}/main/${target})`;
}

function repositoryUrl() {
  const { repository } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const url = typeof repository === "string" ? repository : repository?.url;
  return url?.replace(/^git\+/, "").replace(/\.git$/, "") ?? null;
}
