/** The maximum length of a token, in UTF-16 units; Rust has the same limit. Issued tokens have 67. */
const MAX_TOKEN_LENGTH = 512;

/**
 * Whether a string is short enough to be a token. Checked before the string is copied or scanned, so that a string of
 * several megabytes costs nothing.
 */
export function isTokenSized(text: string): boolean {
  return text.length <= MAX_TOKEN_LENGTH;
}
