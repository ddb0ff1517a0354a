//! Argon2's working memory, kept between derivations.
//!
//! Allocating 19 MiB anew for each derivation costs concurrent ones about a
//! third of their time in page faults.

use std::sync::{Mutex, PoisonError};

use argon2::Block;

pub(super) struct BlockPool {
    kept: Mutex<Vec<Vec<Block>>>,
    most_blocks: usize,
}

impl BlockPool {
    /// A pool that keeps memory of up to so many blocks of one KiB; what a costlier row took is given back.
    pub(super) fn keeping(most_blocks: usize) -> Self {
        Self { kept: Mutex::default(), most_blocks }
    }

    /// Lends out at least `count` blocks for the time of one derivation.
    pub(super) fn with<T>(&self, count: usize, derive: impl FnOnce(&mut [Block]) -> T) -> T {
        let mut blocks =
            self.kept.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        if blocks.len() < count {
            blocks.resize(count, Block::default());
        }
        let derived = derive(&mut blocks[..count]);
        if blocks.len() <= self.most_blocks {
            self.kept.lock().unwrap_or_else(PoisonError::into_inner).push(blocks);
        }
        derived
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_derivation_gets_the_memory_of_an_earlier_one_and_not_of_one_under_way() {
        let pool = BlockPool::keeping(8);
        let first = pool.with(8, |blocks| blocks.as_ptr());
        let inner = pool.with(8, |blocks| {
            assert_eq!(blocks.as_ptr(), first);
            pool.with(8, |blocks| blocks.as_ptr())
        });
        assert_ne!(inner, first);
        let kept: Vec<_> =
            pool.kept.lock().expect("sound").iter().map(|blocks| blocks.as_ptr()).collect();
        assert_eq!(kept, [inner, first]);
        assert_eq!(pool.with(4, |blocks| (blocks.as_ptr(), blocks.len())), (first, 4));
    }

    #[test]
    fn the_memory_of_a_costlier_row_is_given_back() {
        let pool = BlockPool::keeping(8);
        pool.with(9, |blocks| assert_eq!(blocks.len(), 9));
        assert!(pool.kept.lock().expect("sound").is_empty());
    }
}
