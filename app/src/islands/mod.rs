//! What runs in the browser, over what the server drew. An island draws the same on the server, so a page is whole before it
//! starts and where it cannot; frontend/js/islands.ts starts each by itself.
//!
//! Props are small and typed: texts in the page's language, and no answers. What an island shows of the state of things, it
//! fetches as HTML. None stands in a table's rows or among options: the parser would throw its element out.

mod listening;
mod selection;
mod trial;

pub use selection::{COUNT, RecoverSelection};
pub use trial::BrowserTrial;
