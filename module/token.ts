/** The longest string that may be a token, in UTF-16 units; Rust knows the same limit. Issued tokens have 67. */
const LONGEST_TOKEN = 512;

/**
 * Whether a string is short enough to be a token. Checked before the string is copied or scanned, so that a string of
 * megabytes costs nothing.
 */
export function isTokenSized(text: string): boolean {
  return text.length <= LONGEST_TOKEN;
}
