//! The settings of a session, and the forms in which a server accepts them.

use std::fmt::Write as _;
use std::time::Duration;

/// Settings of a session. Their values have the same form in SQL and in startup options.
#[derive(Clone)]
pub(super) struct SessionSettings(Vec<Setting>);

#[derive(Clone)]
struct Setting {
    name: &'static str,
    value: String,
    /// Whether a session without this setting is unusable.
    required: bool,
}

impl SessionSettings {
    /// Creates the settings: timeouts that stop the statements of abandoned calls, and the quoted schema.
    pub(super) fn new(limit: Duration, search_path: Option<String>) -> Self {
        let limits = ["statement_timeout", "idle_in_transaction_session_timeout"];
        let value = limit.as_millis().to_string();
        let limits =
            limits.map(|name| Setting { name, value: value.clone(), required: false }).into_iter();
        let search_path =
            search_path.map(|value| Setting { name: "search_path", value, required: true });
        Self(limits.chain(search_path).collect())
    }

    /// Returns the settings with additional ones, which an older server may lack.
    pub(super) fn with(&self, extra: &[(&'static str, &str)]) -> Self {
        let extra = extra.iter().map(|&(name, value)| Setting {
            name,
            value: value.to_owned(),
            required: false,
        });
        Self(self.0.iter().cloned().chain(extra).collect())
    }

    /// Returns whether statements give wrong results without the settings.
    pub(super) fn are_required(&self) -> bool {
        self.0.iter().any(|setting| setting.required)
    }

    /// Returns the settings as startup options.
    pub(super) fn startup_options(&self) -> String {
        let option = |Setting { name, value, .. }: &Setting| {
            // PostgreSQL splits the options at white space without a preceding backslash.
            let escaped = value.chars().flat_map(|character| {
                let escapes =
                    character == '\\' || character.is_ascii_whitespace() || character == '\x0b';
                escapes.then_some('\\').into_iter().chain([character])
            });
            format!("-c {name}={}", escaped.collect::<String>())
        };
        self.0.iter().map(option).collect::<Vec<_>>().join(" ")
    }

    /// Returns the statements that apply the settings to a session, and whether each is required.
    pub(super) fn statements(&self) -> impl Iterator<Item = (String, bool)> {
        self.0
            .iter()
            .map(|Setting { name, value, required }| (format!("SET {name} = {value}"), *required))
    }

    /// Returns the statements that apply the settings to a transaction.
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
    fn builds_options_and_statements_with_the_schema_quoted() {
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
    fn adds_an_extra_setting_that_is_not_required() {
        let settings =
            SessionSettings::new(Duration::from_secs(2), None).with(&[("enable_seqscan", "off")]);
        assert!(!settings.are_required());
        let last = settings.statements().last();
        assert_eq!(last, Some(("SET enable_seqscan = off".to_owned(), false)));
    }
}
