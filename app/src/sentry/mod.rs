//! Sentry in the browser: what failed there and how long it took, in one trace with the server's part.
//!
//! The SDK is JavaScript (frontend/js/sentry.ts) and loaded only by pages of a server that has a DSN; the app reaches it
//! through a bridge that is always there (frontend/js/bridge.ts). On the server, and without a DSN, everything here does
//! nothing.

mod action;
mod bindings;
mod client;
mod component;
mod head;
mod navigation;
mod panic;

pub use action::UserAction;
pub use client::Watched;
pub use component::report_component;
#[cfg(feature = "ssr")]
pub use head::Head;
pub use head::{BrowserMonitoring, BrowserSettings, PageTrace, is_on};
pub use navigation::NavigationWatch;
pub use panic::{has_crashed, report_panic};

/// A reference code; None where the bridge had none to give.
fn reference(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// Rejects a promise that nobody handles, to try out that such things arrive.
pub fn reject_promise(message: &str) {
    bindings::reject_promise(message);
}
