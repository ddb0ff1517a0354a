// The license under which this project uses a crate, and the texts that have to accompany it.

import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import parse from "spdx-expression-parse";

const TEXTS = fileURLToPath(new URL("texts", import.meta.url));
/** The texts of repositories whose crates contain none. */
const STORED = { "github.com/madsmtm/objc2": "objc2.txt", "github.com/napi-rs/napi-rs": "napi-rs.txt" };

/** The licenses that deny.toml allows, the shortest obligations first, and how their texts are recognized. */
const LICENSES = {
  MIT: /Permission is hereby granted, free of charge, to any\s+person obtaining a copy/,
  Zlib: /This software is provided ['‘]as-is['’], without any express or implied\s+warranty/,
  ISC: /Permission to use, copy, modify, and(\/or)? distribute this software/,
  "BSD-2-Clause": /Redistribution and use in source and binary forms/,
  "BSD-3-Clause": /Redistribution and use in source and binary forms/,
  "Apache-2.0": /Apache License\s+Version 2\.0/,
  "Unicode-3.0": /UNICODE LICENSE V3/,
  "CDLA-Permissive-2.0": /Community Data License Agreement - Permissive - Version 2\.0/,
};
const RANKS = Object.keys(LICENSES);
const IS_TEXT = /^((un)?licen[cs]e|copying|copyright|notice)[\w-]*(\.(md|txt|[A-Z]+))?$/i;
const REUSE = /[\\/]LICENSES[\\/][^\\/]+$/;

/** Returns the licenses that apply when the best of each choice is taken. */
export function chosenLicenses(expression) {
  return [...new Set(chosen(parse(expression)))].sort();
}

/** Whether a license expression needs only licenses that deny.toml allows. */
export const isAllowed = (expression) => chosenLicenses(expression).every((license) => RANKS.includes(license));

function chosen(node) {
  if (node.license !== undefined) return [node.exception === undefined ? node.license : `${node.license} WITH …`];
  const [left, right] = [chosen(node.left), chosen(node.right)];
  if (node.conjunction === "and") return [...left, ...right];
  return worstRank(left) <= worstRank(right) ? left : right;
}

const worstRank = (licenses) =>
  Math.max(...licenses.map((license) => (RANKS.includes(license) ? RANKS.indexOf(license) : RANKS.length)));

/**
 * Adds to each crate its `licenses` and their `texts`. A crate that contains no text gets that of another crate of its repository, or a
 * stored one. Returns the crates and what is missing, in words.
 */
export function withTexts(crates) {
  const read = crates.map((crate) => ({ ...crate, ...textsIn(crate) }));
  const complete = read.map((crate) => {
    if (crate.missing.length === 0) return crate;
    const sibling = read.find((other) => repositoryOf(other) === repositoryOf(crate) && covers(other, crate));
    const texts = sibling?.texts ?? storedTexts(crate);
    return { ...crate, texts, missing: crate.licenses.filter((license) => !texts.some(isTextOf(license))) };
  });
  const missing = complete.flatMap(({ name, version, missing }) =>
    missing.map((license) => `${name} ${version} contains no text of the license ${license}`),
  );
  return { crates: complete, missing };
}

function textsIn({ folder, license, licenseFile }) {
  const licenses = license === "" ? ["(none declared)"] : chosenLicenses(license);
  const texts = filesIn(folder, licenseFile)
    .map((file) => readFileSync(file, "utf8").replaceAll("\r\n", "\n").trim())
    // A text of none of the known licenses may be a notice that has to be kept.
    .filter((text) => licenses.some((license) => isTextOf(license)(text)) || !RANKS.some((id) => isTextOf(id)(text)));
  return { licenses, texts, missing: licenses.filter((license) => !texts.some(isTextOf(license))) };
}

// Crates with code of others keep its license beside that code; the folder LICENSES/ is REUSE's convention.
function filesIn(folder, licenseFile) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((file) => IS_TEXT.test(basename(file)) || REUSE.test(file) || file === join(folder, licenseFile ?? ""))
    .sort();
}

const isTextOf = (license) => (text) => LICENSES[license]?.test(text) ?? false;

const covers = (other, { licenses }) => licenses.every((license) => other.texts.some(isTextOf(license)));

function storedTexts(crate) {
  const file = STORED[repositoryOf(crate)];
  return file === undefined ? crate.texts : [...crate.texts, storedText(file)];
}

/** Returns a text of the folder texts/. */
export const storedText = (file) => readFileSync(join(TEXTS, file), "utf8").trim();

const repositoryOf = ({ name, repository }) =>
  repository?.replace(/^https?:\/\//, "").replace(/(\.git)?(\/tree\/.*)?\/?$/, "") ?? name;
