//! The settings that a session needs, and the forms in which a server takes them.

use std::fmt::Write as _;
use std::time::Duration;

/// Settings of a session. Their values are written alike in SQL and in startup options.
#[derive(Clone)]
pub(super) struct SessionSettings(Vec<Setting>);

#[derive(Clone)]
struct Setting {
    name: &'static str,
    value: String,
    /// Whether a session without this setting is discard.
    required: bool,
}

impl SessionSettings {
    /// Limits after which a server stops what a call has left behind, and the schema to look in, quoted.
    pub(super) fn new(limit: Duration, search_path: Option<String>) -> Self {
        let limits = ["statement_timeout", "idle_in_transaction_session_timeout"];
        let value = limit.as_millis().to_string();
        let limits =
            limits.map(|name| Setting { name, value: value.clone(), required: false }).into_iter();
        let search_path =
            search_path.map(|value| Setting { name: "search_path", value, required: true });
        Self(limits.chain(search_path).collect())
    }

    /// The same with further settings, which an older server may lack.
    pub(super) fn with(&self, extra: &[(&'static str, &str)]) -> Self {
        let extra = extra.iter().map(|&(name, value)| Setting {
            name,
            value: value.to_owned(),
            required: false,
        });
        Self(self.0.iter().cloned().chain(extra).collect())
    }

    /// Whether a statement gives wrong results without them.
    pub(super) fn are_required(&self) -> bool {
        self.0.iter().any(|setting| setting.required)
    }

    /// Options that a session begins with.
    pub(super) fn startup_options(&self) -> String {
        let option = |Setting { name, value, .. }: &Setting| {
            // PostgreSQL splits at white space that no backslash stands before.
            let escaped = value.chars().flat_map(|character| {
                let escapes =
                    character == '\\' || character.is_ascii_whitespace() || character == '\x0b';
                escapes.then_some('\\').into_iter().chain([character])
            });
            format!("-c {name}={}", escaped.collect::<String>())
        };
        self.0.iter().map(option).collect::<Vec<_>>().join(" ")
    }

    /// Statements that make them for the session, and whether each is required.
    pub(super) fn statements(&self) -> impl Iterator<Item = (String, bool)> {
        self.0
            .iter()
            .map(|Setting { name, value, required }| (format!("SET {name} = {value}"), *required))
    }

    /// Statements that make them for a transaction.
    pub(super) fn of_a_transaction(&self) -> String {
        self.0.iter().fold(String::new(), |mut sql, Setting { name, value, .. }| {
            let _infallible = write!(sql, "SET LOCAL {name} = {value};");
            sql
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_list_gives_options_and_statements_with_the_schema_quoted() {
        let settings = SessionSettings::new(
            Duration::from_secs(2),
            Some(r#""my \ ""schema""#.to_owned() + "\""),
        );
        assert!(settings.are_required());
        assert_eq!(
            settings.startup_options(),
            concat!(
                "-c statement_timeout=2000 -c idle_in_transaction_session_timeout=2000 ",
                r#"-c search_path="my\ \\\ ""schema"""#
            )
        );
        assert_eq!(
            settings.of_a_transaction(),
            concat!(
                "SET LOCAL statement_timeout = 2000;SET LOCAL idle_in_transaction_session_timeout = 2000;",
                r#"SET LOCAL search_path = "my \ ""schema"";"#
            )
        );
    }

    #[test]
    fn an_extra_setting_is_added_and_not_required() {
        let settings =
            SessionSettings::new(Duration::from_secs(2), None).with(&[("enable_seqscan", "off")]);
        assert!(!settings.are_required());
        let last = settings.statements().last();
        assert_eq!(last, Some(("SET enable_seqscan = off".to_owned(), false)));
    }
}
