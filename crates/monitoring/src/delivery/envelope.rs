//! An envelope as it leaves: scrubbed bytes, and what is in them.

use serde_json::{Map, Value};

use super::status::ItemKind;

/// An envelope as it leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ScrubbedEnvelope {
    /// The kind of its main item.
    pub(crate) kind: ItemKind,
    /// How many of the kind: logs and metrics travel together.
    pub(crate) count: u64,
    /// What goes over the line.
    pub(crate) bytes: Vec<u8>,
}

impl ScrubbedEnvelope {
    /// Without the time at which a browser sent it: from it Sentry reckons how wrong the browser's clock is, and would
    /// take the time that it waited here for an error of that clock.
    pub(super) fn for_later(mut self) -> Self {
        let end = self.bytes.iter().position(|byte| *byte == b'\n').unwrap_or(self.bytes.len());
        if let Ok(mut header) = serde_json::from_slice::<Map<String, Value>>(&self.bytes[..end])
            && header.remove("sent_at").is_some()
            && let Ok(line) = serde_json::to_vec(&header)
        {
            self.bytes.splice(..end, line);
        }
        self
    }
}
