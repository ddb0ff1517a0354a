//! The form of an id for maps of many keys.

use std::fmt;
use std::hash::{Hash, Hasher};

use super::id::{generated_bits, generated_text};

/// An id of a key in 24 bytes. A generated id takes no allocation.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CompactId(Form);

#[derive(Clone, PartialEq, Eq)]
enum Form {
    /// The bits of a generated id, as bytes in their order.
    Generated([u8; 16]),
    Other(Box<str>),
}

impl Hash for Form {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // One write: this is part of every answer from the cache. An id has one form, so the forms need no mark.
        match self {
            Self::Generated(bits) => state.write(bits),
            Self::Other(id) => id.hash(state),
        }
    }
}

impl CompactId {
    /// Compacts an id.
    #[must_use]
    pub fn of(id: &str) -> Self {
        Self(match generated_bits(id) {
            Some(bits) => Form::Generated(bits.to_be_bytes()),
            None => Form::Other(id.into()),
        })
    }

    /// The generated id with these bits.
    pub(super) fn generated(bits: [u8; 16]) -> Self {
        Self(Form::Generated(bits))
    }
}

impl fmt::Display for CompactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Form::Generated(bits) => f.write_str(&generated_text(u128::from_be_bytes(*bits))),
            Form::Other(id) => f.write_str(id),
        }
    }
}

impl fmt::Debug for CompactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compact_id_prints_the_id_that_it_was_made_of() {
        for id in [
            "apk_01ARZ3NDEKTSV4RRFFQ69G5FAV",
            "apk_7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
            "apk_8ZZZZZZZZZZZZZZZZZZZZZZZZZ",
            "apk_01arz3ndektsv4rrffq69g5fav",
            "apk_01ARZ3NDEKTSV4RRFFQ69G5FAU",
            "mine",
            "",
        ] {
            assert_eq!(CompactId::of(id).to_string(), id);
        }
    }

    #[test]
    fn a_compact_id_takes_24_bytes() {
        assert_eq!(size_of::<CompactId>(), 24);
    }
}
