//! Passwords kept in a file: `~/.pgpass`, or what `passfile` and `PGPASSFILE` name.

use std::fs;
use std::path::Path;

/// Whose password is looked for.
pub(super) struct Login<'a> {
    pub(super) host: &'a str,
    pub(super) port: u16,
    pub(super) database: &'a str,
    pub(super) user: &'a str,
}

/// The password for a login, if the file can be read, is its owner's alone, and has one. libpq and `pg` pass over others, too.
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
    // SECURITY: libpq's rule.
    fs::metadata(file).is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o077 == 0)
}

#[cfg(not(unix))]
fn is_private(file: &Path) -> bool {
    file.is_file()
}

/// The password of a line `host:port:database:user:password` that fits.
fn password_in(line: &str, login: &Login<'_>) -> Option<String> {
    if line.starts_with('#') {
        return None;
    }
    let (fields, password) = fields(line)?;
    let port = login.port.to_string();
    let wanted = [login.host, &port, login.database, login.user];
    let fits = fields.iter().zip(wanted).all(|(field, wanted)| field == "*" || field == wanted);
    fits.then_some(password)
}

/// Four fields and the rest, in which a backslash takes the next character for what it is.
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
    fn the_first_line_that_fits_has_the_password() {
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
