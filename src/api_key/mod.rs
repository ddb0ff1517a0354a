//! A key is data.
//!
//! Owns the key, its id, what makes a new one valid, what may change about it
//! and what of it may leave. How a caller's key is found is `query`'s, where it
//! is kept `store`'s.
//! Invariant: an [`ApiKey`] becomes visible outside as a [`PublicApiKey`] only.

mod change;
mod deadline;
mod id;
mod key;
mod new;
mod time;
mod workflow;

pub use change::{Revocation, Roll, TitleChange, UpsertApiKey, refuse_revoked};
pub use id::ApiKeyId;
pub use key::{ApiKey, ApiKeyType, ColumnValue, PublicApiKey};
pub use new::NewApiKey;
pub use time::comparable_time;
pub use workflow::WorkflowTransaction;
