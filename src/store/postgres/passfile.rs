//! Reads the password file: `~/.pgpass`, or the file that `passfile` or `PGPASSFILE` names.

use std::fs;
use std::path::Path;

/// The login to find the password of.
pub(super) struct Login<'a> {
    pub(super) host: &'a str,
    pub(super) port: u16,
    pub(super) database: &'a str,
    pub(super) user: &'a str,
}

/// Returns the password of a login if the file is readable, private to its owner, and contains one.
///
/// Any other file is ignored, as in libpq and `pg`.
pub(super) fn password(file: &Path, login: &Login<'_>) -> Option<String> {
    if !is_private(file) {
        return None;
    }
    let text = fs::read_to_string(file).ok()?;
    text.lines().find_map(|line| password_in(line, login))
}

#[cfg(unix)]
fn is_private(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    // SECURITY: libpq requires the same.
    fs::metadata(file).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o077 == 0)
}

#[cfg(not(unix))]
fn is_private(file: &Path) -> bool {
    file.is_file()
}

/// Returns the password of a line `host:port:database:user:password` that matches.
fn password_in(line: &str, login: &Login<'_>) -> Option<String> {
    if line.starts_with('#') {
        return None;
    }
    let (fields, password) = fields(line)?;
    let port = login.port.to_string();
    let expected = [login.host, &port, login.database, login.user];
    let matches =
        fields.iter().zip(expected).all(|(field, expected)| field == "*" || field == expected);
    matches.then_some(password)
}

/// Splits a line into four fields and the rest. A backslash escapes the next character.
fn fields(line: &str) -> Option<(Vec<String>, String)> {
    let mut fields = vec![String::new()];
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        let literal = match character {
            ':' if fields.len() < 5 => {
                fields.push(String::new());
                continue;
            }
            '\\' => characters.next()?,
            other => other,
        };
        fields.last_mut()?.push(literal);
    }
    let password = fields.pop()?;
    (fields.len() == 4).then_some((fields, password))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn returns_the_password_of_a_line_that_matches() {
        let login = Login { host: "h", port: 5432, database: "db", user: "me" };
        for (line, password) in [
            ("h:5432:db:me:secret", Some("secret")),
            ("*:*:*:me:a:b", Some("a:b")),
            (r"*:*:*:*:a\:b\\c", Some(r"a:b\c")),
            ("h:5433:db:me:secret", None),
            ("h:5432:db:you:secret", None),
            ("#h:5432:db:me:secret", None),
            ("h:5432:db:me", None),
            ("", None),
        ] {
            assert_eq!(password_in(line, &login).as_deref(), password, "{line}");
        }
    }
}
