//! A filter is a tree.
//!
//! Owns the language in which callers ask for keys: columns, filters, orders,
//! pages, targets of writes, and the parsers from Medusa's JSON. How a tree
//! becomes SQL is `store`'s.
//! Invariant: a tree names known columns only, holds values of the column's
//! kind, and can ask nothing about a stored hash or salt. Of other modules' tables,
//! which Medusa links to keys, names are known to be harmless and nothing more.

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
