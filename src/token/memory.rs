//! Argon2's working memory, reused between derivations.
//!
//! Allocating 19 MiB for each derivation costs concurrent derivations about a third of their time in page faults.

use std::sync::{Mutex, PoisonError};

use argon2::Block;

pub(super) struct BlockPool {
    idle: Mutex<Vec<Vec<Block>>>,
    max_blocks: usize,
}

impl BlockPool {
    /// Creates a pool of buffers of at most `max_blocks` blocks (1 KiB each); larger buffers are freed after use.
    pub(super) fn new(max_blocks: usize) -> Self {
        Self { idle: Mutex::default(), max_blocks }
    }

    /// Lends `count` blocks for the duration of one derivation.
    pub(super) fn with<T>(&self, count: usize, derive: impl FnOnce(&mut [Block]) -> T) -> T {
        let mut blocks =
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        if blocks.len() < count {
            blocks.resize(count, Block::default());
        }
        let derived = derive(&mut blocks[..count]);
        if blocks.len() <= self.max_blocks {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(blocks);
        }
        derived
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_derivation_reuses_the_buffer_of_a_finished_one_and_not_of_a_running_one() {
        let pool = BlockPool::new(8);
        let first = pool.with(8, |blocks| blocks.as_ptr());
        let inner = pool.with(8, |blocks| {
            assert_eq!(blocks.as_ptr(), first);
            pool.with(8, |blocks| blocks.as_ptr())
        });
        assert_ne!(inner, first);
        let idle: Vec<_> =
            pool.idle.lock().expect("sound").iter().map(|blocks| blocks.as_ptr()).collect();
        assert_eq!(idle, [inner, first]);
        assert_eq!(pool.with(4, |blocks| (blocks.as_ptr(), blocks.len())), (first, 4));
    }

    #[test]
    fn a_buffer_larger_than_the_limit_is_freed() {
        let pool = BlockPool::new(8);
        pool.with(9, |blocks| assert_eq!(blocks.len(), 9));
        assert!(pool.idle.lock().expect("sound").is_empty());
    }
}
