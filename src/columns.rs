//! The columns of `api_key`, each declared once.
//!
//! [`Field`] and every list of columns derive from this declaration: filters, orders, selections, results, the change
//! feed and `module/generated/columns.ts`. Code that cannot be derived fails to compile, or fails a test that names the
//! column, if it omits one. See "A column" in ARCHITECTURE.md.

/// The type of a column's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// A string.
    Text,
    /// A point in time.
    Time,
}

/// What callers may do with a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Results include it; filters and orders may name it.
    Open,
    /// Results include it; filters may compare it with whole tokens, orders may not name it.
    Token,
    /// Results omit it, and no filter or order may name it.
    Hidden,
}

/// Whether the change feed announces a change of a column, so that other services invalidate the key in their caches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Feed {
    Announced,
    Silent,
}

macro_rules! columns {
    (
        fields { $($field:ident $name:literal $kind:ident $graphql:literal $access:ident $feed:ident,)+ }
        internal { $($internal:literal $internal_feed:ident,)+ }
    ) => {
        /// A column that callers may name, in the order of results.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Field {
            $($field,)+
        }

        impl Field {
            /// All fields, in model order.
            pub const ALL: &[Self] = &[$(Self::$field,)+];

            /// The column's name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$field => $name,)+
                }
            }

            /// The type of the column's values.
            #[must_use]
            pub const fn kind(self) -> FieldKind {
                match self {
                    $(Self::$field => FieldKind::$kind,)+
                }
            }

            /// What callers may do with the column.
            #[must_use]
            pub const fn access(self) -> Access {
                match self {
                    $(Self::$field => Access::$access,)+
                }
            }

            /// The column's type in Medusa's GraphQL schema; a type that ends in `!` is never NULL.
            #[must_use]
            pub const fn graphql(self) -> &'static str {
                match self {
                    $(Self::$field => $graphql,)+
                }
            }
        }

        /// Columns that callers cannot name.
        pub const INTERNAL: &[&str] = &[$($internal,)+];

        const FEED: &[(&str, Feed)] =
            &[$(($name, Feed::$feed),)+ $(($internal, Feed::$internal_feed),)+];
    };
}

columns! {
    // variant    column          kind  GraphQL           access  change feed
    fields {
        Id         "id"           Text  "ID!"             Open    Announced,
        Token      "token"        Text  "String!"         Token   Announced,
        Salt       "salt"         Text  "String!"         Hidden  Announced,
        Redacted   "redacted"     Text  "String!"         Open    Announced,
        Title      "title"        Text  "String!"         Open    Announced,
        Type       "type"         Text  "ApiKeyTypeEnum!" Open    Announced,
        LastUsedAt "last_used_at" Time  "DateTime"        Open    Silent,
        CreatedBy  "created_by"   Text  "String!"         Open    Announced,
        RevokedBy  "revoked_by"   Text  "String"          Open    Announced,
        RevokedAt  "revoked_at"   Time  "DateTime"        Open    Announced,
        CreatedAt  "created_at"   Time  "DateTime!"       Open    Announced,
        UpdatedAt  "updated_at"   Time  "DateTime!"       Open    Announced,
        DeletedAt  "deleted_at"   Time  "DateTime"        Open    Announced,
    }
    internal {
        "token_digest"            Announced,
        "workflow_transaction_id" Announced,
        "attributes"              Announced,
    }
}

impl Field {
    /// Finds the column of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|field| field.as_str() == name)
    }

    /// Whether results include the column.
    #[must_use]
    pub const fn is_shown(self) -> bool {
        !matches!(self.access(), Access::Hidden)
    }

    /// Whether the column may be NULL.
    #[must_use]
    pub const fn is_nullable(self) -> bool {
        !matches!(self.graphql().as_bytes(), [.., b'!'])
    }
}

/// Every column of the table.
pub fn column_names() -> impl Iterator<Item = &'static str> {
    FEED.iter().map(|(name, _)| *name)
}

/// The columns whose changes the change feed does not announce.
pub fn silent_columns() -> impl Iterator<Item = &'static str> {
    FEED.iter().filter(|(_, feed)| *feed == Feed::Silent).map(|(name, _)| *name)
}
