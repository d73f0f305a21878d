//! An envelope as it leaves: scrubbed bytes, and what is in them.

use super::status::ItemKind;

/// An envelope as it leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parcel {
    /// The kind of its main item.
    pub(crate) kind: ItemKind,
    /// How many of the kind: logs and metrics travel together.
    pub(crate) count: u64,
    /// What goes over the line.
    pub(crate) bytes: Vec<u8>,
}
