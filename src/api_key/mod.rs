//! Keys as data, without I/O.
//!
//! Owns the key, its id, the validation of new keys, the changes of a key and its public form. `query` owns how keys
//! are found, `store` where they are kept.
//! Invariant: callers receive an [`ApiKey`] only as a [`PublicApiKey`].

mod actor;
mod attributes;
mod breach;
mod change;
mod compact_id;
mod deadline;
mod declared;
mod id;
mod key;
mod new;
mod packed;
mod pruning;
mod time;
mod workflow;

pub use actor::refuse_token_as_name;
pub use attributes::{
    Attributes, AttributesChange, Demand, Limits, Owner, RedemptionData, Refusal, checked_scope,
    metadata_value,
};
pub use breach::{RevocationScope, TokenRevocation, refuse_no_secret_token, wrong_checksum};
pub use change::{KeyChange, Revocation, Roll, UpsertApiKey, refuse_revoked};
pub use compact_id::CompactId;
pub use declared::{
    DeclaredApiKey, DeclaredDraft, DeclaredToken, KeyState, MAX_IMPORTED, refuse_duplicate_tokens,
};
pub use id::ApiKeyId;
pub use key::{ApiKey, ApiKeyType, ColumnValue, PublicApiKey};
pub use new::{BYTES_WITHOUT_TOKEN, NewApiKey, refuse_foreign_id};
pub use packed::{Essentials, PackedKey};
pub use pruning::Pruning;
pub use time::comparable_time;
pub use workflow::WorkflowTransaction;
