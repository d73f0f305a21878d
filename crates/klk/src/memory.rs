//! A bound on the memory that all responses hold together, while they are read, parsed and written.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{Endpoint, KlkError};

/// One permit of the semaphore.
const UNIT_BYTES: usize = 1024;

/// What an object of a response takes at most once it is parsed, with its share in what is written: a line of sales has four.
const PARSED_OBJECT_BYTES: usize = 256;

/// The budget of all clients of one POS.
#[derive(Clone, Debug)]
pub(crate) struct MemoryBudget {
    units: Arc<Semaphore>,
    limit_bytes: usize,
}

/// The budget does not have so much left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OverBudget {
    pub(crate) limit_bytes: usize,
}

impl OverBudget {
    pub(crate) const fn at(self, endpoint: Endpoint) -> KlkError {
        KlkError::OverBudget { endpoint, limit_bytes: self.limit_bytes }
    }
}

impl MemoryBudget {
    pub(crate) fn new(limit_bytes: usize) -> Self {
        let units = (limit_bytes / UNIT_BYTES).clamp(1, Semaphore::MAX_PERMITS);
        Self { units: Arc::new(Semaphore::new(units)), limit_bytes }
    }

    /// A share of nothing, to be grown.
    pub(crate) fn share(&self) -> MemoryShare {
        MemoryShare { budget: self.clone(), held: None }
    }
}

/// What one response holds of the budget. It is given back when this is dropped.
#[derive(Debug)]
pub struct MemoryShare {
    budget: MemoryBudget,
    held: Option<OwnedSemaphorePermit>,
}

impl MemoryShare {
    /// A share of a budget that nobody else has.
    pub(crate) fn unlimited() -> Self {
        MemoryBudget::new(usize::MAX).share()
    }

    /// Holds at least so many bytes. It never waits: two that waited for each other would never end.
    pub(crate) fn grow_to(&mut self, bytes: usize) -> Result<(), OverBudget> {
        let over_budget = OverBudget { limit_bytes: self.budget.limit_bytes };
        let missing = bytes.div_ceil(UNIT_BYTES).saturating_sub(self.units());
        if missing == 0 {
            return Ok(());
        }
        let missing = u32::try_from(missing).map_err(|_| over_budget)?;
        let more = Arc::clone(&self.budget.units).try_acquire_many_owned(missing).map_err(|_| over_budget)?;
        match &mut self.held {
            Some(held) => held.merge(more),
            None => self.held = Some(more),
        }
        Ok(())
    }

    /// Gives back what is more than so many bytes.
    pub(crate) fn shrink_to(&mut self, bytes: usize) {
        let spare = self.units().saturating_sub(bytes.div_ceil(UNIT_BYTES));
        if let Some(held) = &mut self.held {
            drop(held.split(spare));
        }
    }

    fn units(&self) -> usize {
        self.held.as_ref().map_or(0, OwnedSemaphorePermit::num_permits)
    }
}

/// How much the objects of a body take once they are parsed.
pub(crate) fn parsed_bytes(body: &[u8]) -> usize {
    // Counted in bytes as far as that goes, which the compiler does thirty-two at a time.
    let in_piece = |piece: &[u8]| usize::from(piece.iter().map(|byte| u8::from(*byte == b'{')).sum::<u8>());
    let objects: usize = body.chunks(usize::from(u8::MAX)).map(in_piece).sum();
    objects.saturating_mul(PARSED_OBJECT_BYTES)
}

/// A response with its share of the memory budget.
#[derive(Debug)]
pub struct Received<Answer> {
    answer: Answer,
    memory: MemoryShare,
}

impl<Answer> Received<Answer> {
    pub(crate) fn new(answer: Answer, memory: MemoryShare) -> Self {
        Self { answer, memory }
    }

    /// The response, and the share to keep for as long as its parts are in memory.
    pub fn into_parts(self) -> (Answer, MemoryShare) {
        (self.answer, self.memory)
    }
}

impl<Answer> Deref for Received<Answer> {
    type Target = Answer;

    fn deref(&self) -> &Answer {
        &self.answer
    }
}

impl<Answer> DerefMut for Received<Answer> {
    fn deref_mut(&mut self) -> &mut Answer {
        &mut self.answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: usize = 1024 * 1024;

    #[test]
    fn shares_together_never_hold_more_than_the_budget() {
        let budget = MemoryBudget::new(2 * MIB);
        let (mut one, mut other) = (budget.share(), budget.share());
        one.grow_to(MIB).unwrap();
        other.grow_to(MIB).unwrap();
        assert_eq!(other.grow_to(MIB + 1), Err(OverBudget { limit_bytes: 2 * MIB }));
        one.shrink_to(MIB / 2);
        other.grow_to(MIB + MIB / 2).unwrap();
        assert!(one.grow_to(MIB).is_err());
        drop(other);
        one.grow_to(2 * MIB).unwrap();
    }

    #[test]
    fn a_share_grows_by_what_it_lacks_and_shrinks_to_nothing() {
        let budget = MemoryBudget::new(4 * UNIT_BYTES);
        let mut share = budget.share();
        share.shrink_to(0);
        for bytes in [1, UNIT_BYTES, 2, 3 * UNIT_BYTES + 1, 4 * UNIT_BYTES] {
            share.grow_to(bytes).unwrap();
        }
        assert!(share.grow_to(usize::MAX).is_err());
        share.shrink_to(0);
        budget.share().grow_to(4 * UNIT_BYTES).unwrap();
    }
}
