//! The joins that Medusa's query engine makes of paths over several modules.

use super::filter::{LinkedFilter, parse_condition};
use super::invalid;
use super::name::{Name, Table};
use crate::error::ApiKeyError;
use crate::input::Input;
use crate::query::filter::MOST_CONDITIONS;

/// How many joins a read may name; each is a subquery within another.
const MOST_JOINS: usize = 32;

/// The joins of a read, of which no two have one target.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Joins(Vec<Join>);

/// A step from a table to that of another module.
#[derive(Debug, Clone, PartialEq)]
pub struct Join {
    /// The join from whose target this one goes on; from the keys, if none.
    pub parent: Option<usize>,
    /// Which table holds the columns of the link.
    pub bridge: Bridge,
    /// The link.
    pub link: Link,
    /// The table that is reached.
    pub target: Table,
    /// Its primary key.
    pub primary_key: Name,
    /// Which of its rows are meant, if that was asked.
    pub filter: Option<LinkedFilter>,
    /// The same as a condition on the link's own column, if only the primary key was asked about.
    pub link_filter: Option<LinkedFilter>,
}

/// Two columns that lead from one table to another.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// The table that holds them.
    pub table: Table,
    /// The column that names where the step begins.
    pub source_key: Name,
    /// The column that names where it ends.
    pub target_key: Name,
}

/// Which table holds the columns of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bridge {
    /// One of its own.
    Pivot,
    /// The one where the step ends.
    Target,
    /// The one where the step begins.
    Source,
}

impl Joins {
    /// Judges `config.__internal.crossModuleJoins`.
    ///
    /// # Errors
    /// `Invalid` for whatever cannot be done as it was asked.
    // SECURITY: passing over a join would answer with keys that the caller filtered out.
    pub(in crate::query) fn parse(joins: &Input) -> Result<Self, ApiKeyError> {
        let items = match joins {
            absent if absent.is_absent() => return Ok(Self::default()),
            Input::List(items) if items.len() <= MOST_JOINS => items,
            Input::List(_) => return Err(invalid(format!("there may be at most {MOST_JOINS}"))),
            other => return Err(invalid(format!("must be an array, '{}' found", other.kind()))),
        };
        let targets = items
            .iter()
            .map(|item| Table::parse("target", item.member("target")))
            .collect::<Result<Vec<_>, _>>()?;
        let joins = items
            .iter()
            .zip(&targets)
            .map(|(item, target)| Join::parse(item, target, items, &targets))
            .collect::<Result<_, _>>()
            .map(Self)?;
        joins.refuse_twins()?;
        joins.refuse_circles()?;
        joins.refuse_oversize()?;
        Ok(joins)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A join by its place.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&Join> {
        self.0.get(index)
    }

    /// The join that reaches the table of a name.
    #[must_use]
    pub fn to(&self, table: &str) -> Option<(usize, &Join)> {
        self.0.iter().enumerate().find(|(_, join)| join.target.name.as_str() == table)
    }

    /// The joins that go on from another's target, or from the keys, and that leave rows out, be it further on.
    pub fn filtering(&self, parent: Option<usize>) -> impl Iterator<Item = (usize, &Join)> {
        let going_on = move |(_, join): &(usize, &Join)| join.parent == parent;
        self.0.iter().enumerate().filter(going_on).filter(|(index, _)| self.filters(*index))
    }

    /// The joins that lead from the keys to a join's target, that join last.
    #[must_use]
    pub fn path(&self, index: usize) -> Vec<&Join> {
        let mut path: Vec<_> =
            std::iter::successors(self.get(index), |join| self.get(join.parent?)).collect();
        path.reverse();
        path
    }

    fn filters(&self, index: usize) -> bool {
        self.0.get(index).is_some_and(|join| join.filter.is_some())
            || self.filtering(Some(index)).next().is_some()
    }

    fn refuse_twins(&self) -> Result<(), ApiKeyError> {
        for (index, join) in self.0.iter().enumerate() {
            let table = join.target.name.as_str();
            if self.to(table).is_none_or(|(first, _)| first != index) {
                return Err(invalid(format!(
                    "Duplicate cross-module join target table \"{table}\". Each join must target a unique table."
                )));
            }
        }
        Ok(())
    }

    fn refuse_circles(&self) -> Result<(), ApiKeyError> {
        for join in &self.0 {
            let steps = std::iter::successors(Some(join), |join| self.get(join.parent?));
            if steps.take(self.0.len() + 1).count() > self.0.len() {
                return Err(invalid(format!(
                    "the parents of \"{}\" lead round in a circle",
                    join.target.name.as_str()
                )));
            }
        }
        Ok(())
    }

    fn refuse_oversize(&self) -> Result<(), ApiKeyError> {
        let conditions = self.0.iter().filter_map(|join| join.filter.as_ref());
        if conditions.map(LinkedFilter::conditions).sum::<usize>() > MOST_CONDITIONS {
            return Err(invalid(format!("there may be at most {MOST_CONDITIONS} conditions")));
        }
        Ok(())
    }
}

impl Join {
    fn parse(
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
            source_key: table.column("link.sourceKey", link.member("sourceKey"))?,
            target_key: table.column("link.targetKey", link.member("targetKey"))?,
            table,
        })
    }
}

impl Bridge {
    // Stock 2.21.2 tells them apart in this order and by these signs.
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
    targets.iter().position(|table| table.name == *parent).ok_or_else(|| {
        invalid(format!("references unknown parent target table \"{}\"", parent.as_str()))
    })
}

fn primary_key(target: &Table, join: &Input) -> Result<Name, ApiKeyError> {
    match join.member("target").member("primaryKey") {
        absent if absent.is_absent() => Ok(Name::id()),
        name => target.column("target.primaryKey", name),
    }
}

// Stock 2.21.2: filters without a member ask nothing, those whose members are undefined ask for any link.
fn filter(target: &Table, filters: &Input) -> Result<Option<LinkedFilter>, ApiKeyError> {
    match filters {
        absent if absent.is_absent() => Ok(None),
        Input::Object(members) if members.is_empty() => Ok(None),
        filters => LinkedFilter::parse(target, filters).map(Some),
    }
}

fn link_filter(
    link: &Link,
    primary_key: &Name,
    filters: &Input,
) -> Result<Option<LinkedFilter>, ApiKeyError> {
    match filters {
        Input::Object(members) if members.len() == 1 => match &members[0] {
            (_, Input::Undefined) => Ok(None),
            (name, value) if name == primary_key.as_str() => {
                parse_condition(&link.target_key, value).map(Some)
            }
            _ => Ok(None),
        },
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::decode;

    const LINK: &str = r#"{"table":"publishable_api_key_sales_channel","sourceKey":"publishable_key_id","targetKey":"sales_channel_id"}"#;

    fn joins(json: &str) -> Result<Joins, ApiKeyError> {
        Joins::parse(&decode(json).expect("decodes"))
    }

    fn join(members: &str, target: &str) -> String {
        format!(r#"{{{members}"link":{LINK},"target":{{{target}}}}}"#)
    }

    #[test]
    fn a_join_without_a_filter_leaves_nothing_out_unless_one_further_on_does() {
        let first = join("", r#""table":"a""#);
        let asks = |filters: &str| {
            let second = join(r#""parent":"a","#, &format!(r#""table":"b","filters":{filters}"#));
            joins(&format!("[{second},{first}]"))
                .map(|joins| joins.filtering(None).map(|(index, _)| index).collect::<Vec<_>>())
        };
        assert_eq!(asks("{}"), Ok(vec![]));
        assert_eq!(asks(r#"{"name":"Web"}"#), Ok(vec![1]));
    }

    #[test]
    fn a_path_leads_from_the_keys_to_the_target() {
        let chain = [
            join(r#""parent":"b","#, r#""table":"c""#),
            join("", r#""table":"a""#),
            join(r#""parent":"a","#, r#""table":"b""#),
        ];
        let joins = joins(&format!("[{}]", chain.join(","))).expect("is well formed");
        let path: Vec<_> = joins.path(0).iter().map(|join| join.target.name.as_str()).collect();
        assert_eq!(path, ["a", "b", "c"]);
    }

    #[test]
    fn the_bridge_is_seen_by_the_tables() {
        let bridge = |link: &str, target: &str| {
            joins(&format!(r#"[{{"link":{{{link}}},"target":{{{target}}}}}]"#))
                .map(|joins| joins.get(0).map(|join| join.bridge))
        };
        let user = r#""table":"user","primaryKey":"id""#;
        for (link, found) in [
            (r#""table":"api_key","sourceKey":"id","targetKey":"created_by""#, Bridge::Source),
            (r#""table":"user","sourceKey":"key_id","targetKey":"id""#, Bridge::Target),
            (r#""table":"user","schema":"s","sourceKey":"key_id","targetKey":"id""#, Bridge::Pivot),
            (r#""table":"key_user","sourceKey":"key_id","targetKey":"user_id""#, Bridge::Pivot),
        ] {
            assert_eq!(bridge(link, user), Ok(Some(found)), "{link}");
        }
    }

    #[test]
    fn only_the_primary_key_alone_is_asked_of_the_link() {
        let asked = |filters: &str| {
            let one = join("", &format!(r#""table":"sales_channel","filters":{filters}"#));
            let joins = joins(&format!("[{one}]")).expect("is well formed");
            joins.get(0).is_some_and(|join| join.link_filter.is_some())
        };
        assert!(asked(r#"{"id":"sc_1"}"#) && asked(r#"{"id":{"$in":["sc_1"]}}"#));
        assert!(!asked(r#"{"id":"sc_1","name":"Web"}"#));
        assert!(!asked(r#"{"$and":[{"id":"sc_1"}]}"#) && !asked(r#"{"id":{"\u0000undefined":1}}"#));
    }

    #[test]
    fn malformed_joins_are_refused_and_never_passed_over() {
        let web = join("", r#""table":"a","filters":{"name":"Web"}"#);
        let many = vec![web.as_str(); MOST_JOINS + 1].join(",");
        let conditions = vec![r#"{"name":"Web"}"#; MOST_CONDITIONS + 1].join(",");
        for json in [
            "{}",
            r#""sales_channel""#,
            "[null]",
            "[{}]",
            &format!(r#"[{{"link":{LINK}}}]"#),
            r#"[{"target":{"table":"a"}}]"#,
            &format!("[{}]", join("", r#""table":"a\"b""#)),
            &format!("[{}]", join("", r#""table":"a","schema":"s; drop""#)),
            &format!("[{}]", join("", r#""table":"a","primaryKey":"b c""#)),
            &format!("[{}]", join("", r#""table":"a","filters":"name""#)),
            &format!("[{}]", join(r#""parent":"","#, r#""table":"a""#)),
            &format!("[{}]", join(r#""parent":"b","#, r#""table":"a""#)),
            &format!("[{}]", join(r#""parent":"a","#, r#""table":"a""#)),
            &format!(
                "[{},{}]",
                join(r#""parent":"b","#, r#""table":"a""#),
                join(r#""parent":"a","#, r#""table":"b""#)
            ),
            &format!("[{web},{web}]"),
            &format!("[{many}]"),
            &format!(
                "[{}]",
                join("", &format!(r#""table":"a","filters":{{"$or":[{conditions}]}}"#))
            ),
            r#"[{"link":{"table":"api_key","sourceKey":"id","targetKey":"token"},"target":{"table":"session"}}]"#,
            &format!("[{}]", join("", r#""table":"api_key","filters":{"salt":{"$like":"a%"}}"#)),
        ] {
            assert!(matches!(joins(json), Err(ApiKeyError::Invalid(_))), "{json}");
        }
        assert_eq!(joins("null"), Ok(Joins::default()));
        assert_eq!(joins("[]"), Ok(Joins::default()));
    }
}
