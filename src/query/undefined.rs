//! Rejects filter members that are `undefined`.

use crate::error::{ApiKeyError, Shown};
use crate::input::Input;

/// Rejects filters with a member that is undefined, at any level. Stock drops such a member, and with it the condition
/// that a missing variable was meant to set.
///
/// # Errors
/// `Invalid`, naming the member.
pub fn refuse_undefined(filters: &Input) -> Result<(), ApiKeyError> {
    match undefined_in(filters, None) {
        None => Ok(()),
        Some(name) => Err(ApiKeyError::invalid(format!(
            "The filter member {} is undefined, so it would not restrict anything. Leave it out if that is intended; null matches an empty column",
            Shown(name)
        ))),
    }
}

fn undefined_in<'a>(value: &'a Input, parent: Option<&'a str>) -> Option<&'a str> {
    match value {
        Input::Undefined => parent,
        Input::Object(members) => {
            members.iter().find_map(|(name, member)| undefined_in(member, Some(name)))
        }
        Input::List(items) => items.iter().find_map(|item| undefined_in(item, parent)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::decode;

    #[test]
    fn finds_and_names_an_undefined_member_at_every_level_s24() {
        let undefined = r#"{"\u0000undefined":true}"#;
        for (json, name) in [
            (format!(r#"{{"created_by":{undefined}}}"#), "created_by"),
            (format!(r#"{{"id":{{"$eq":{undefined}}}}}"#), "$eq"),
            (format!(r#"{{"$or":[{{"title":{undefined}}}]}}"#), "title"),
            (format!(r#"{{"id":["a",{undefined}]}}"#), "id"),
            (format!(r#"["a",{{"q":{undefined}}}]"#), "q"),
        ] {
            let filters = decode(&json).expect("decodes");
            let error = refuse_undefined(&filters).expect_err(&json).to_string();
            assert!(error.contains(&format!("member {name} is")), "{error}");
        }
        for json in ["{}".to_owned(), r#"{"created_by":null}"#.to_owned(), format!("[{undefined}]")]
        {
            assert_eq!(refuse_undefined(&decode(&json).expect("decodes")), Ok(()));
        }
    }
}
