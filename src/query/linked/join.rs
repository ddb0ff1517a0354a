//! A join over one link, from a table to another module's table.

use super::invalid;
use super::name::{Name, Table};
use crate::error::ApiKeyError;
use crate::input::Input;
use crate::query::condition::parse_condition;
use crate::query::parse::parse_linked_filters;
use crate::query::{ColumnRef, Filter};

/// A join from a table to another module's table.
#[derive(Debug, Clone, PartialEq)]
pub struct Join {
    /// The index of the join whose target this join starts from; `None` starts from the keys.
    pub parent: Option<usize>,
    /// The table that holds the columns of the link.
    pub bridge: Bridge,
    /// The link.
    pub link: Link,
    /// The joined table.
    pub target: Table,
    /// Its primary key.
    pub primary_key: Name,
    /// The condition on its rows, if any.
    pub filter: Option<Filter>,
    /// The same condition on the link's target column, if it concerns only the primary key.
    pub link_filter: Option<Filter>,
}

/// The two columns that link one table to another.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// The table that holds them.
    pub table: Table,
    /// The column that refers to the source row.
    pub source_key: Name,
    /// The column that refers to the target row.
    pub target_key: Name,
}

/// The table that holds the columns of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bridge {
    /// A separate link table.
    Pivot,
    /// The target table.
    Target,
    /// The source table.
    Source,
}

impl Join {
    /// Parses the join to a target; `all` and `targets` are the read's joins and their targets.
    pub(super) fn parse(
        join: &Input,
        target: &Table,
        all: &[Input],
        targets: &[Table],
    ) -> Result<Self, ApiKeyError> {
        let parent = match join.member("parent") {
            absent if absent.is_absent() => None,
            name => Some(index_of(targets, &Name::parse("parent", name)?)?),
        };
        let (from, from_key) = match parent {
            None => (&Table::of_keys(), Name::id()),
            Some(index) => (&targets[index], primary_key(&targets[index], &all[index])?),
        };
        let link = Link::parse(join.member("link"))?;
        let primary_key = primary_key(target, join)?;
        let filters = join.member("target").member("filters");
        Ok(Self {
            parent,
            bridge: Bridge::of(&link, target, &primary_key, from, &from_key),
            link_filter: link_filter(&link, &primary_key, filters)?,
            filter: filter(target, filters)?,
            link,
            target: target.clone(),
            primary_key,
        })
    }
}

impl Link {
    fn parse(link: &Input) -> Result<Self, ApiKeyError> {
        let table = Table::parse("link", link)?;
        Ok(Self {
            source_key: table.column_name("link.sourceKey", link.member("sourceKey"))?,
            target_key: table.column_name("link.targetKey", link.member("targetKey"))?,
            table,
        })
    }
}

impl Bridge {
    // Stock 2.21.2: the same checks in the same order.
    fn of(link: &Link, target: &Table, primary_key: &Name, from: &Table, from_key: &Name) -> Self {
        if link.table == *target && link.target_key == *primary_key {
            Self::Target
        } else if link.table.name == from.name && link.source_key == *from_key {
            Self::Source
        } else {
            Self::Pivot
        }
    }
}

fn index_of(targets: &[Table], parent: &Name) -> Result<usize, ApiKeyError> {
    targets
        .iter()
        .position(|table| table.name == *parent)
        .ok_or_else(|| invalid(format!("references unknown parent target table \"{parent}\"")))
}

fn primary_key(target: &Table, join: &Input) -> Result<Name, ApiKeyError> {
    match join.member("target").member("primaryKey") {
        absent if absent.is_absent() => Ok(Name::id()),
        name => target.column_name("target.primaryKey", name),
    }
}

// Stock 2.21.2: filters without members are no condition; filters with only undefined members require some link.
fn filter(target: &Table, filters: &Input) -> Result<Option<Filter>, ApiKeyError> {
    match filters {
        absent if absent.is_absent() => Ok(None),
        Input::Object(members) if members.is_empty() => Ok(None),
        filters => parse_linked_filters(target, filters).map(Some),
    }
}

fn link_filter(
    link: &Link,
    primary_key: &Name,
    filters: &Input,
) -> Result<Option<Filter>, ApiKeyError> {
    match filters {
        Input::Object(members) if members.len() == 1 => match &members[0] {
            (_, Input::Undefined) => Ok(None),
            (name, value) if name == primary_key.as_str() => {
                let column =
                    ColumnRef::Linked { table: link.table.clone(), name: link.target_key.clone() };
                parse_condition(&column, value).map(Some)
            }
            _ => Ok(None),
        },
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Joins;
    use super::*;
    use crate::input::decode;

    fn first(link: &str, target: &str) -> Join {
        let json = format!(r#"[{{"link":{{{link}}},"target":{{{target}}}}}]"#);
        let joins = Joins::parse(&decode(&json).expect("decodes")).expect("is well formed");
        joins.get(0).expect("is there").clone()
    }

    #[test]
    fn derives_the_bridge_from_the_tables() {
        for (link, bridge) in [
            (r#""table":"api_key","sourceKey":"id","targetKey":"created_by""#, Bridge::Source),
            (r#""table":"user","sourceKey":"key_id","targetKey":"id""#, Bridge::Target),
            (r#""table":"user","schema":"s","sourceKey":"key_id","targetKey":"id""#, Bridge::Pivot),
            (r#""table":"key_user","sourceKey":"key_id","targetKey":"user_id""#, Bridge::Pivot),
        ] {
            assert_eq!(first(link, r#""table":"user","primaryKey":"id""#).bridge, bridge, "{link}");
        }
    }

    #[test]
    fn filters_by_the_link_only_if_the_primary_key_is_the_sole_condition() {
        let filters_link = |filters: &str| {
            let link = r#""table":"l","sourceKey":"a","targetKey":"b""#;
            first(link, &format!(r#""table":"t","filters":{filters}"#)).link_filter.is_some()
        };
        assert!(filters_link(r#"{"id":"sc_1"}"#) && filters_link(r#"{"id":{"$in":["sc_1"]}}"#));
        assert!(!filters_link(r#"{"id":"sc_1","name":"Web"}"#));
        assert!(!filters_link(r#"{"$and":[{"id":"sc_1"}]}"#));
        assert!(!filters_link(r#"{"id":{"\u0000undefined":true}}"#));
    }
}
