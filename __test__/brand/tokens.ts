// Tokens with a brand, checked without this package.

import { crc32 } from "node:zlib";

export const ACME = { hashing: "sha256", token: { brand: "acme" } };
export const OTHER = { hashing: "sha256", token: { brand: "other" } };

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** The documented expression, for any brand. */
export const BRANDED = /\b[sp]k_[a-z0-9]{1,16}_[0-9A-Za-z]{49}\b/g;

/** The checksum of what comes before it. */
export function checksumOf(text: string): string {
  let [number, digits] = [crc32(text), ""];
  for (let place = 0; place < 6; place++) {
    digits = DIGITS.charAt(number % 62) + digits;
    number = Math.floor(number / 62);
  }
  return digits;
}

/** Whether the last six characters of a token are its checksum. */
export const intact = (token: string): boolean => checksumOf(token.slice(0, -6)) === token.slice(-6);

/** The token with one other character. */
export const mistyped = (token: string): string => token.slice(0, -1) + (token.endsWith("0") ? "1" : "0");
