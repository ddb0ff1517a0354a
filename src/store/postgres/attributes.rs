//! SQL conditions on the attributes of a key. They are never NULL: a key that lacks what they name does not match.

use sea_orm::sea_query::extension::postgres::PgFunc;
use sea_orm::sea_query::{ArrayType, Expr, ExprTrait, Value};

use crate::query::AttributeCondition;
use crate::store::condition::key_column;
use crate::store::row::Column;

// NEVER CHANGE: the index `IDX_api_key_owner` contains these expressions.
/// The SQL of the type and the id of a key's owner.
pub(in crate::store) const OWNER: [&str; 2] =
    [r#""attributes"::jsonb #>> '{owner,type}'"#, r#""attributes"::jsonb #>> '{owner,id}'"#];

/// Returns the condition on an attribute of a key.
pub(in crate::store) fn condition(condition: &AttributeCondition) -> Expr {
    let attributes = || key_column(Column::Attributes);
    let part = |sql: &'static str| Expr::cust_with_exprs(sql, [attributes()]);
    let with =
        |sql: &'static str, text: &str| Expr::cust_with_exprs(sql, [attributes(), Expr::val(text)]);
    match condition {
        AttributeCondition::Present(attribute) => {
            known(with("($1::jsonb -> $2::text)", attribute.as_str()), |part| part.is_not_null())
        }
        AttributeCondition::Owner { ids, types } => {
            let among = |sql, texts: &Option<Vec<String>>| {
                texts.as_ref().map(|texts| known(part(sql), |part| among(part, texts)))
            };
            let ids = among("($1::jsonb #>> '{owner,id}')", ids);
            let types = among("($1::jsonb #>> '{owner,type}')", types);
            ids.into_iter().chain(types).reduce(ExprTrait::and).unwrap_or_else(|| Expr::val(true))
        }
        AttributeCondition::Purpose(purposes) => {
            known(part("($1::jsonb ->> 'purpose')"), |part| among(part, purposes))
        }
        AttributeCondition::HasScope(scope) => known(part("($1::jsonb -> 'scopes')"), |part| {
            Expr::cust_with_exprs("$1 @> jsonb_build_array($2::text)", [part, Expr::val(scope)])
        }),
        AttributeCondition::Metadata { member, value } => {
            known(with("($1::jsonb -> 'metadata' -> $2::text)", member), |part| {
                Expr::cust_with_exprs("$1 = $2::jsonb", [part, Expr::val(value)])
            })
        }
        AttributeCondition::NoMetadata(member) => with(
            "coalesce($1::jsonb -> 'metadata' -> $2::text, 'null'::jsonb) = 'null'::jsonb",
            member,
        ),
    }
}

/// Returns the condition on a part of the attributes, which is false if there is no such part. The index of owners has
/// its first condition, too.
fn known(part: Expr, condition: impl FnOnce(Expr) -> Expr) -> Expr {
    key_column(Column::Attributes)
        .is_not_null()
        .and(part.clone().is_not_null())
        .and(condition(part))
}

fn among(part: Expr, texts: &[String]) -> Expr {
    if let [text] = texts {
        return part.eq(text.as_str());
    }
    let values = texts.iter().map(|text| text.as_str().into()).collect();
    part.eq(PgFunc::any(Expr::val(Value::Array(ArrayType::String, Some(Box::new(values))))))
}
