//! Argon2's working memory, kept between derivations.
//!
//! Allocating 19 MiB anew for each derivation costs concurrent ones about a
//! third of their time in page faults.

use std::sync::{Mutex, PoisonError};

use argon2::Block;

#[derive(Default)]
pub(super) struct BlockPool(Mutex<Vec<Vec<Block>>>);

impl BlockPool {
    /// Lends out at least `count` blocks for the time of one derivation.
    pub(super) fn with<T>(&self, count: usize, derive: impl FnOnce(&mut [Block]) -> T) -> T {
        let mut blocks =
            self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        if blocks.len() < count {
            blocks.resize(count, Block::default());
        }
        let derived = derive(&mut blocks[..count]);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(blocks);
        derived
    }
}
