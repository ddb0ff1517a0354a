//! The query language: filters as trees.
//!
//! Owns columns, filters, orders, pages, targets of writes, and the parsers from Medusa's JSON. `store` translates a
//! tree to SQL.
//! Invariant: a tree names known columns only, holds values of the column's type, and cannot query a stored hash or
//! salt. Names of other modules' tables, which Medusa links to keys, are only checked to be harmless in SQL.

mod attribute;
mod column;
mod condition;
mod config;
mod filter;
mod linked;
mod operand;
mod operator;
mod order;
mod parse;
mod search;
mod target;
mod undefined;

pub use crate::columns::{Field, FieldKind};
pub use attribute::{Attribute, AttributeCondition};
pub use column::ColumnRef;
pub use config::{Config, Selection, Unknown};
pub use filter::{Comparison, Filter, Operand, Pattern, words};
pub use linked::{Bridge, Join, Joins, Name, Table};
pub use order::{Direction, Nulls, OrderBy};
pub use parse::parse_filters;
pub use search::parse_named_search;
pub use target::{
    Target, parse_ids, parse_many_targets, parse_target, refuse_whole_key, tokens_among,
};
pub use undefined::refuse_undefined;
