/** The longest string that may be a token, in UTF-16 units; Rust knows the same limit. Issued tokens have 67. */
const LONGEST_TOKEN = 512;

/**
 * Whether a string is short enough to be a token. It is asked before the string is copied or looked at, so that a caller who
 * sends megabytes causes no work.
 */
export function isTokenSized(text: string): boolean {
  return text.length <= LONGEST_TOKEN;
}
