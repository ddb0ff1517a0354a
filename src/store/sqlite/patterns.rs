//! Translates patterns to regular expressions.

use regex::{RegexBuilder, escape};

use crate::error::ApiKeyError;
use crate::query::{Pattern, words};

/// The maximum size of a caller's compiled regular expression, in bytes.
const MAX_COMPILED_BYTES: usize = 1 << 20;

/// Returns regular expressions that all have to match.
pub(super) fn to_regexes(pattern: &Pattern) -> Result<Vec<String>, ApiKeyError> {
    let expressions = translate(pattern);
    // The other expressions are valid by construction, and small because their strings are short.
    if matches!(pattern, Pattern::Regex { .. }) {
        for expression in &expressions {
            reject_unusable(expression)?;
        }
    }
    Ok(expressions)
}

fn reject_unusable(expression: &str) -> Result<(), ApiKeyError> {
    match RegexBuilder::new(expression).size_limit(MAX_COMPILED_BYTES).build() {
        Ok(_) => Ok(()),
        Err(regex::Error::CompiledTooBig(_)) => Err(ApiKeyError::invalid(
            "A $re filter is too large for SQLite once it is compiled: lower its repetitions, or write [a-z0-9] instead of \\w",
        )),
        Err(_) => {
            Err(ApiKeyError::invalid("A $re filter is not a valid regular expression for SQLite"))
        }
    }
}

fn translate(pattern: &Pattern) -> Vec<String> {
    match pattern {
        Pattern::Like { pattern, ignore_case } => {
            vec![format!("{}^{}$", flags(*ignore_case), like_to_regex(pattern))]
        }
        Pattern::Contains(text) => vec![format!("{}{}", flags(true), escape(text))],
        Pattern::Regex { source, ignore_case } => {
            vec![format!("{}{source}", flags(*ignore_case))]
        }
        Pattern::Words(text) => words(text)
            .map(|word| format!("{}{NO_WORD_BEFORE}{}{NO_WORD_AFTER}", flags(true), escape(word)))
            .collect(),
    }
}

const NO_WORD_BEFORE: &str = r"(?:^|[^\p{Alphabetic}\p{N}])";
const NO_WORD_AFTER: &str = r"(?:$|[^\p{Alphabetic}\p{N}])";

// In PostgreSQL, `.` matches a line feed, and `^` and `$` match only the ends.
fn flags(ignore_case: bool) -> &'static str {
    if ignore_case { "(?si)" } else { "(?s)" }
}

fn like_to_regex(pattern: &str) -> String {
    let mut expression = String::with_capacity(pattern.len() * 2);
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            '%' => expression.push_str(".*"),
            '_' => expression.push('.'),
            // A trailing backslash was rejected before.
            escaped_or_literal => {
                let escaped = (escaped_or_literal == '\\').then(|| characters.next()).flatten();
                let literal = escaped.unwrap_or(escaped_or_literal);
                expression.push_str(&escape(literal.encode_utf8(&mut [0; 4])));
            }
        }
    }
    expression
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::Regex;

    use super::*;
    use crate::store::postgres::conditions::escape_like;

    fn like(pattern: &str, text: &str) -> bool {
        let pattern = Pattern::Like { pattern: pattern.to_owned(), ignore_case: false };
        to_regexes(&pattern)
            .expect("translates")
            .iter()
            .all(|regex| Regex::new(regex).expect("compiles").is_match(text))
    }

    #[test]
    fn like_matches_as_in_sql_d7() {
        assert!(like("a%c", "abbc") && like("a_c", "abc") && like("%", "") && like("a.c", "a.c"));
        assert!(!like("a_c", "ac") && !like("a.c", "abc") && !like("A", "a") && !like("a", "ab"));
        assert!(like(r"100\%", "100%") && !like(r"100\%", "1000"));
        assert!(like("a%", "a\nb"));
    }

    proptest! {
        #[test]
        fn an_escaped_string_matches_only_itself(text in ".*", other in ".*") {
            prop_assert!(like(&escape_like(&text), &text));
            prop_assert_eq!(like(&escape_like(&text), &other), text == other);
        }
    }
}
