//! The columns of a key.

/// A column that callers may name, in the order in which answers show them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    Id,
    Token,
    Salt,
    Redacted,
    Title,
    Type,
    LastUsedAt,
    CreatedBy,
    RevokedBy,
    RevokedAt,
    CreatedAt,
    UpdatedAt,
    DeletedAt,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldKind {
    /// Text.
    Text,
    /// A moment.
    Time,
}

impl Field {
    /// All columns, in model order.
    pub const ALL: [Self; 13] = [
        Self::Id,
        Self::Token,
        Self::Salt,
        Self::Redacted,
        Self::Title,
        Self::Type,
        Self::LastUsedAt,
        Self::CreatedBy,
        Self::RevokedBy,
        Self::RevokedAt,
        Self::CreatedAt,
        Self::UpdatedAt,
        Self::DeletedAt,
    ];

    /// The column of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.as_str() == name)
    }

    /// The column's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Token => "token",
            Self::Salt => "salt",
            Self::Redacted => "redacted",
            Self::Title => "title",
            Self::Type => "type",
            Self::LastUsedAt => "last_used_at",
            Self::CreatedBy => "created_by",
            Self::RevokedBy => "revoked_by",
            Self::RevokedAt => "revoked_at",
            Self::CreatedAt => "created_at",
            Self::UpdatedAt => "updated_at",
            Self::DeletedAt => "deleted_at",
        }
    }

    /// What the column holds.
    #[must_use]
    pub fn kind(self) -> FieldKind {
        match self {
            Self::LastUsedAt
            | Self::RevokedAt
            | Self::CreatedAt
            | Self::UpdatedAt
            | Self::DeletedAt => FieldKind::Time,
            _ => FieldKind::Text,
        }
    }
}
