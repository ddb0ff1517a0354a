//! SQL conditions on the attributes of a key. They are never NULL: a key that lacks what they name does not match.

use sea_orm::sea_query::{Expr, ExprTrait};

use crate::query::AttributeCondition;
use crate::store::condition::key_column;
use crate::store::row::Column;

// NEVER CHANGE: the index `IDX_api_key_owner` contains these expressions.
/// The SQL of the id and the type of a key's owner.
pub(in crate::store) const OWNER: [&str; 2] = [
    r#"json_extract("attributes", '$.owner.id')"#,
    r#"json_extract("attributes", '$.owner.type')"#,
];

/// Returns the condition on an attribute of a key.
pub(in crate::store) fn condition(condition: &AttributeCondition) -> Expr {
    let attributes = || key_column(Column::Attributes);
    let part = |sql: &'static str| Expr::cust_with_exprs(sql, [attributes()]);
    match condition {
        AttributeCondition::Present(attribute) => {
            let present = Expr::cust_with_exprs(
                "json_type(?, '$.' || ?) IS NOT NULL",
                [attributes(), Expr::val(attribute.as_str())],
            );
            attributes().is_not_null().and(present)
        }
        AttributeCondition::Owner { ids, types } => {
            let among = |sql, texts: &Option<Vec<String>>| {
                texts.as_ref().map(|texts| among(part(sql), texts))
            };
            let ids = among("json_extract(?, '$.owner.id')", ids);
            let types = among("json_extract(?, '$.owner.type')", types);
            ids.into_iter().chain(types).reduce(ExprTrait::and).unwrap_or_else(|| Expr::val(true))
        }
        AttributeCondition::Purpose(purposes) => {
            among(part("json_extract(?, '$.purpose')"), purposes)
        }
        AttributeCondition::HasScope(scope) => Expr::cust_with_exprs(
            "EXISTS (SELECT 1 FROM json_each(?, '$.scopes') WHERE value = ?)",
            [attributes(), Expr::val(scope)],
        ),
        AttributeCondition::Metadata { member, value } => Expr::cust_with_exprs(
            "EXISTS (SELECT 1 FROM json_each(?, '$.metadata') AS m, json_each('[' || ? || ']') AS v \
             WHERE m.key = ? AND m.type = v.type AND m.atom = v.atom)",
            [attributes(), Expr::val(value), Expr::val(member)],
        ),
        AttributeCondition::NoMetadata(member) => Expr::cust_with_exprs(
            "NOT EXISTS (SELECT 1 FROM json_each(?, '$.metadata') WHERE key = ? AND type <> 'null')",
            [attributes(), Expr::val(member)],
        ),
    }
}

fn among(part: Expr, texts: &[String]) -> Expr {
    let condition = match texts {
        [text] => part.clone().eq(text.as_str()),
        texts => {
            let list = serde_json::Value::from(texts).to_string();
            Expr::cust_with_exprs(
                "? IN (SELECT value FROM json_each(?))",
                [part.clone(), Expr::val(list)],
            )
        }
    };
    key_column(Column::Attributes).is_not_null().and(part.is_not_null()).and(condition)
}
