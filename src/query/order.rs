//! In which order keys come.

use super::Field;
use crate::error::{ApiKeyError, Shown};
use crate::input::Input;

/// Up or down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Direction {
    Ascending,
    Descending,
}

/// Where keys without a value stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Nulls {
    First,
    Last,
}

/// One column to order by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderBy {
    /// The column.
    pub field: Field,
    /// Up or down.
    pub direction: Direction,
    /// Where its nulls stand.
    pub nulls: Nulls,
}

impl OrderBy {
    /// By id, upwards.
    pub const ID: Self =
        Self { field: Field::Id, direction: Direction::Ascending, nulls: Nulls::Last };
}

/// The `order` of a read: an object, or an array of them; none is by id.
pub(super) fn parse_order(order: &Input) -> Result<Vec<OrderBy>, ApiKeyError> {
    let mut columns = Vec::new();
    match order {
        Input::List(objects) => {
            for object in objects {
                parse_columns(object, &mut columns)?;
            }
        }
        object => parse_columns(object, &mut columns)?,
    }
    Ok(if columns.is_empty() { vec![OrderBy::ID] } else { columns })
}

fn parse_columns(object: &Input, columns: &mut Vec<OrderBy>) -> Result<(), ApiKeyError> {
    let members = match object {
        Input::Object(members) => members,
        absent if absent.is_absent() => return Ok(()),
        other => {
            return Err(ApiKeyError::invalid(format!(
                "order must be an object or an array of objects, '{}' found",
                other.kind()
            )));
        }
    };
    for (name, direction) in members.iter().filter(|(_, value)| *value != Input::Undefined) {
        let field = Field::parse(name).ok_or_else(|| {
            ApiKeyError::invalid(format!(
                "Trying to order by not existing property ApiKey.{}",
                Shown(name)
            ))
        })?;
        // SECURITY: an order by hashes or salts tells about them.
        if matches!(field, Field::Token | Field::Salt) {
            return Err(ApiKeyError::invalid(format!("ApiKey.{name} cannot be ordered by")));
        }
        let (direction, nulls) = parse_direction(name, direction)?;
        columns.push(OrderBy { field, direction, nulls });
    }
    Ok(())
}

// SECURITY: a closed set; stock pastes other text into the SQL.
fn parse_direction(name: &str, value: &Input) -> Result<(Direction, Nulls), ApiKeyError> {
    let text = match value {
        Input::Text(text) => text.to_lowercase(),
        Input::Number(number) => number.to_string(),
        other => other.kind().to_owned(),
    };
    let mut words = text.split_whitespace();
    let direction = match words.next() {
        None | Some("asc" | "1") => Some(Direction::Ascending),
        Some("desc" | "-1") => Some(Direction::Descending),
        _ => None,
    };
    let nulls = match (direction, words.next(), words.next(), words.next()) {
        // PostgreSQL's default: a null is larger than everything.
        (Some(Direction::Ascending), None, ..) => Some(Nulls::Last),
        (Some(Direction::Descending), None, ..) => Some(Nulls::First),
        (Some(_), Some("nulls"), Some("first"), None) => Some(Nulls::First),
        (Some(_), Some("nulls"), Some("last"), None) => Some(Nulls::Last),
        _ => None,
    };
    direction.zip(nulls).ok_or_else(|| {
        ApiKeyError::invalid(format!(
            "The order of {name} must be asc, desc, 1 or -1, optionally with nulls first or nulls last"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::decode;

    fn order(json: &str) -> Result<Vec<OrderBy>, ApiKeyError> {
        parse_order(&decode(json).expect("decodes"))
    }

    #[test]
    fn directions_are_a_closed_set() {
        for direction in
            [r#""asc; drop table api_key""#, r#""asc nulls""#, r#""up""#, "2", "null", "true"]
        {
            assert!(order(&format!(r#"{{"title":{direction}}}"#)).is_err(), "{direction}");
        }
        for direction in [r#""ASC""#, r#""asc nulls last""#, "1", r#""""#] {
            let by_title = OrderBy { field: Field::Title, ..OrderBy::ID };
            assert_eq!(order(&format!(r#"{{"title":{direction}}}"#)), Ok(vec![by_title]));
        }
    }

    #[test]
    fn hashes_and_salts_give_no_order() {
        assert!(order(r#"{"token":"asc"}"#).is_err());
        assert!(order(r#"{"salt":"asc"}"#).is_err());
    }

    #[test]
    fn no_order_is_by_id() {
        for none in ["null", "{}", "[]", "[{}]"] {
            assert_eq!(order(none), Ok(vec![OrderBy::ID]), "{none}");
        }
    }
}
