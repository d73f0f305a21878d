//! What is never taken from the air: the time, and identifiers.

use domain::{BatchId, RunId};
use jiff::Timestamp;

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// Gives identifiers that nothing had before.
pub trait IdSource: Send + Sync + 'static {
    /// Of a run; later ones are greater.
    fn run_id(&self) -> RunId;
    /// Of a batch; later ones are greater.
    fn batch_id(&self) -> BatchId;
    /// A reference code for people: 8 characters, easy to read aloud.
    fn correlation(&self) -> String;
    /// 256 bits that nobody can guess: for tokens, codes and salts.
    fn secret(&self) -> [u8; 32];
}
