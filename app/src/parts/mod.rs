//! What stands around every page, and parts that come after it. The server draws all of it.

mod document;
mod finished;
mod frame;
mod navigation;
mod sidebar;

pub use document::{ChangeCounts, document};
pub use finished::finished;
pub use frame::{Frame, load_frame};
