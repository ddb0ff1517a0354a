//! The sort order of keys.

use super::{ColumnRef, Field, Joins};
use crate::columns::Access;
use crate::error::{ApiKeyError, Shown};
use crate::input::Input;

/// A sort direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Ascending,
    Descending,
}

/// The position of nulls in the sort order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nulls {
    First,
    Last,
}

/// One column to sort by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderBy {
    /// The column.
    pub column: ColumnRef,
    /// The direction.
    pub direction: Direction,
    /// The position of its nulls.
    pub nulls: Nulls,
}

impl OrderBy {
    /// By id, ascending.
    pub const ID: Self = Self::field(Field::Id);

    const fn field(field: Field) -> Self {
        Self { column: ColumnRef::Key(field), direction: Direction::Ascending, nulls: Nulls::Last }
    }
}

/// Parses the `order` of a read: an object or an array of objects. Default: by id.
pub(super) fn parse_order(order: &Input, joins: &Joins) -> Result<Vec<OrderBy>, ApiKeyError> {
    let mut columns = Vec::new();
    match order {
        Input::List(objects) => {
            for object in objects {
                parse_columns(object, joins, &mut columns)?;
            }
        }
        object => parse_columns(object, joins, &mut columns)?,
    }
    Ok(if columns.is_empty() { vec![OrderBy::ID] } else { columns })
}

fn parse_columns(
    object: &Input,
    joins: &Joins,
    columns: &mut Vec<OrderBy>,
) -> Result<(), ApiKeyError> {
    let members = match object {
        Input::Object(members) => members,
        // Stock 2.21.2: a falsy value, as from `condition && { ... }`, is no order.
        none if !none.is_truthy() => return Ok(()),
        other => {
            return Err(ApiKeyError::invalid(format!(
                "order must be an object or an array of objects, '{}' found",
                other.kind()
            )));
        }
    };
    for (name, direction) in members {
        let column = parse_column(name, joins)?;
        if *direction == Input::Undefined {
            continue;
        }
        // SECURITY: an order by hashes or salts would reveal them.
        if let ColumnRef::Key(field) = column
            && field.access() != Access::Open
        {
            return Err(ApiKeyError::invalid(format!("{column} cannot be ordered by")));
        }
        let (direction, nulls) = parse_direction(name, direction)?;
        columns.push(OrderBy { column, direction, nulls });
    }
    Ok(())
}

fn parse_column(name: &str, joins: &Joins) -> Result<ColumnRef, ApiKeyError> {
    if let Some(column) = parse_linked(name, joins)? {
        return Ok(column);
    }
    Field::parse(name).map(ColumnRef::Key).ok_or_else(|| {
        ApiKeyError::invalid(format!(
            "Trying to order by not existing property ApiKey.{}",
            Shown(name)
        ))
    })
}

// Medusa writes a column of a linked table as `<table>.<column>`.
fn parse_linked(name: &str, joins: &Joins) -> Result<Option<ColumnRef>, ApiKeyError> {
    let Some((table, column)) = name.split_once('.') else { return Ok(None) };
    let Some(join) = joins.to(table) else { return Ok(None) };
    join.target.column("an order", &Input::Text(column.to_owned())).map(Some)
}

// SECURITY: a closed set; stock pastes other strings into the SQL.
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
        // PostgreSQL's default: nulls sort as the largest values.
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
        parse_order(&decode(json).expect("decodes"), &Joins::default())
    }

    fn linked_order(order: &str) -> Result<Vec<OrderBy>, ApiKeyError> {
        let joins = decode(
            r#"[{"link":{"table":"l","sourceKey":"a","targetKey":"b"},"target":{"table":"api_key"}},
                {"link":{"table":"l","sourceKey":"a","targetKey":"b"},"target":{"table":"sales_channel"}}]"#,
        );
        let joins = Joins::parse(&joins.expect("decodes")).expect("are well formed");
        parse_order(&decode(&format!(r#"{{"{order}":"DESC"}}"#)).expect("decodes"), &joins)
    }

    #[test]
    fn an_order_finds_a_linked_table_by_its_join() {
        let by = linked_order("sales_channel.name").expect("is an order");
        assert!(
            matches!(&by[0].column, ColumnRef::Linked { table, name } if table.name.as_str() == "sales_channel" && name.as_str() == "name")
        );
    }

    #[test]
    fn rejects_hostile_names_and_tables_without_a_join() {
        for name in [
            "sales_channel.name\\\" desc; drop table api_key --",
            "sales_channel.name.first",
            "sales_channel.",
            "sales_channels.name",
            "region.name",
            ".name",
            "api_key.token",
            "api_key.salt",
            "api_key.token_digest",
        ] {
            assert!(matches!(linked_order(name), Err(ApiKeyError::Invalid(_))), "{name}");
        }
    }

    #[test]
    fn accepts_only_known_directions_s3() {
        for direction in
            [r#""asc; drop table api_key""#, r#""asc nulls""#, r#""up""#, "2", "null", "true"]
        {
            assert!(order(&format!(r#"{{"title":{direction}}}"#)).is_err(), "{direction}");
        }
        for direction in [r#""ASC""#, r#""asc nulls last""#, "1", r#""""#] {
            let by_title = OrderBy::field(Field::Title);
            assert_eq!(order(&format!(r#"{{"title":{direction}}}"#)), Ok(vec![by_title]));
        }
    }

    #[test]
    fn rejects_an_order_by_hashes_or_salts_s5() {
        assert!(order(r#"{"token":"asc"}"#).is_err());
        assert!(order(r#"{"salt":"asc"}"#).is_err());
    }

    #[test]
    fn sorts_by_id_without_an_order() {
        for none in ["null", "{}", "[]", "[{}]"] {
            assert_eq!(order(none), Ok(vec![OrderBy::ID]), "{none}");
        }
    }
}
