// Checks links: in the built site, every page and every anchor that a link names exists (VitePress itself checks pages, not anchors);
// in a document of the repository, every file.

const { existsSync, readdirSync, readFileSync, statSync } = require("node:fs");
const { dirname, join, posix, sep } = require("node:path");

/**
 * Returns a line for each dead link or anchor in the HTML files of a folder, and the number of links.
 * @param {string} folder
 */
function deadLinks(folder) {
  const documents = new Map(
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .map((path) => path.split(sep).join("/"))
      .filter((path) => path.endsWith(".html") && path !== "404.html")
      .map((path) => [path, documentOf(join(folder, path))]),
  );
  const found = [...documents].flatMap(([path, { links }]) => links.map((link) => ({ path, link })));
  const dead = found.flatMap(({ path, link }) => {
    const problem = problemOf(folder, documents, path, link);
    return problem === null ? [] : [`${path}: ${link} (${problem})`];
  });
  return { dead, count: found.length };
}

function documentOf(file) {
  const html = readFileSync(file, "utf8");
  // The navigation around it is VitePress's.
  const [content] = /<main\b.*<\/main>/s.exec(html) ?? [html];
  const values = (text, pattern) => [...text.matchAll(pattern)].map(([, value]) => value.replaceAll("&amp;", "&"));
  return {
    ids: new Set(values(html, /\sid="([^"]+)"/g)),
    links: values(content, /<(?:a|img)\b[^>]*?\s(?:href|src)="([^"]+)"/g).filter((link) => !/^[a-z]+:/.test(link)),
  };
}

function problemOf(folder, documents, path, link) {
  const [way, anchor = ""] = decodeURI(link).split("#");
  const target =
    way === "" ? path : fileOf(folder, way.startsWith("/") ? way.slice(1) : posix.join(dirname(path), way));
  if (target === null) return "no such page";
  if (anchor === "" || !documents.has(target)) return null;
  return documents.get(target).ids.has(anchor) ? null : "no such anchor";
}

function fileOf(folder, path) {
  const candidates = [path, `${path}.html`, posix.join(path, "index.html")];
  return candidates.find((name) => existsSync(join(folder, name)) && statSync(join(folder, name)).isFile()) ?? null;
}

/**
 * Returns the files that a document links to and that are not among the files of the repository.
 * @param {string} path the document, from the root
 * @param {string} markdown
 * @param {string[]} files the files of the repository, from the root; a link may also name a folder of one of them
 */
function missingFiles(path, markdown, files) {
  const prose = markdown.replace(/^ *```.*?^ *```$/gms, "").replace(/`[^`\n]*`/g, "");
  const targets = [...prose.matchAll(/\]\((?![a-z]+:)([^)#\s]+)/g)].map(([, to]) =>
    posix.join(dirname(path), to).replace(/\/$/, ""),
  );
  return targets.filter((target) => !files.some((file) => file === target || file.startsWith(`${target}/`)));
}

module.exports = { deadLinks, missingFiles };
