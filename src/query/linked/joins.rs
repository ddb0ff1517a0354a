//! The joins that Medusa's query engine derives from paths over several modules.

use super::invalid;
use super::join::Join;
use super::name::Table;
use crate::error::ApiKeyError;
use crate::input::Input;
use crate::query::Filter;
use crate::query::filter::MAX_CONDITIONS;

/// The maximum number of joins in a read. Each can be a subquery nested in another.
const MAX_JOINS: usize = 32;

/// The joins of a read; no two have the same target.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Joins(Vec<Join>);

impl Joins {
    /// Parses `config.__internal.crossModuleJoins`.
    ///
    /// # Errors
    /// `Invalid` for anything that is malformed or unsupported.
    // SECURITY: ignoring a join would return keys that the caller filtered out.
    pub(in crate::query) fn parse(joins: &Input) -> Result<Self, ApiKeyError> {
        let items = match joins {
            absent if absent.is_absent() => return Ok(Self::default()),
            Input::List(items) if items.len() <= MAX_JOINS => items,
            Input::List(_) => return Err(invalid(format!("there may be at most {MAX_JOINS}"))),
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
        joins.refuse_duplicates()?;
        joins.refuse_cycles()?;
        joins.refuse_oversize()?;
        Ok(joins)
    }

    /// Whether there are no joins.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A join by its index.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&Join> {
        self.0.get(index)
    }

    /// The join whose target has this table name.
    #[must_use]
    pub fn to(&self, table: &str) -> Option<&Join> {
        self.0.iter().find(|join| join.target.name.as_str() == table)
    }

    /// The joins that start from another join's target, or from the keys, and filter rows themselves or through a later
    /// join.
    pub fn filtering(&self, parent: Option<usize>) -> impl Iterator<Item = (usize, &Join)> {
        let is_child = move |(_, join): &(usize, &Join)| join.parent == parent;
        self.0.iter().enumerate().filter(is_child).filter(|(index, _)| self.filters(*index))
    }

    /// The joins from the keys to a target, in order; empty for a table that is not a target.
    #[must_use]
    pub fn path(&self, target: &Table) -> Vec<&Join> {
        let last = self.to(target.name.as_str());
        let mut path: Vec<_> = std::iter::successors(last, |join| self.get(join.parent?)).collect();
        path.reverse();
        path
    }

    fn filters(&self, index: usize) -> bool {
        self.0.get(index).is_some_and(|join| join.filter.is_some())
            || self.filtering(Some(index)).next().is_some()
    }

    fn refuse_duplicates(&self) -> Result<(), ApiKeyError> {
        for join in &self.0 {
            let table = &join.target.name;
            if self.to(table.as_str()).is_none_or(|first| !std::ptr::eq(first, join)) {
                return Err(invalid(format!(
                    "Duplicate cross-module join target table \"{table}\". Each join must target a unique table."
                )));
            }
        }
        Ok(())
    }

    fn refuse_cycles(&self) -> Result<(), ApiKeyError> {
        for join in &self.0 {
            let steps = std::iter::successors(Some(join), |join| self.get(join.parent?));
            if steps.take(self.0.len() + 1).count() > self.0.len() {
                return Err(invalid(format!(
                    "the parents of \"{}\" form a cycle",
                    join.target.name
                )));
            }
        }
        Ok(())
    }

    fn refuse_oversize(&self) -> Result<(), ApiKeyError> {
        let conditions = self.0.iter().filter_map(|join| join.filter.as_ref());
        if conditions.map(Filter::conditions).sum::<usize>() > MAX_CONDITIONS {
            return Err(invalid(format!("there may be at most {MAX_CONDITIONS} conditions")));
        }
        Ok(())
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
    fn a_join_without_a_filter_filters_only_through_a_later_join() {
        let first = join("", r#""table":"a""#);
        let filtering = |filters: &str| {
            let second = join(r#""parent":"a","#, &format!(r#""table":"b","filters":{filters}"#));
            joins(&format!("[{second},{first}]"))
                .map(|joins| joins.filtering(None).map(|(index, _)| index).collect::<Vec<_>>())
        };
        assert_eq!(filtering("{}"), Ok(vec![]));
        assert_eq!(filtering(r#"{"name":"Web"}"#), Ok(vec![1]));
    }

    #[test]
    fn a_path_lists_the_joins_from_the_keys_to_the_target() {
        let chain = [
            join(r#""parent":"b","#, r#""table":"c""#),
            join("", r#""table":"a""#),
            join(r#""parent":"a","#, r#""table":"b""#),
        ];
        let joins = joins(&format!("[{}]", chain.join(","))).expect("is well formed");
        let last = &joins.get(0).expect("is there").target;
        let path: Vec<_> = joins.path(last).iter().map(|join| join.target.name.as_str()).collect();
        assert_eq!(path, ["a", "b", "c"]);
    }

    #[test]
    fn rejects_malformed_joins_and_never_ignores_them_a13() {
        let web = join("", r#""table":"a","filters":{"name":"Web"}"#);
        let many = vec![web.as_str(); MAX_JOINS + 1].join(",");
        let conditions = vec![r#"{"name":"Web"}"#; MAX_CONDITIONS + 1].join(",");
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
