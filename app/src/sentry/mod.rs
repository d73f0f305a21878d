//! Sentry in the browser: what a page carries so that the SDK (frontend/js/sentry.ts) tells what fails there, in one trace with
//! the server's part. Without a DSN it carries nothing.

#[cfg(feature = "ssr")]
mod head;
#[cfg(feature = "hydrate")]
mod panic;

#[cfg(feature = "ssr")]
pub use head::{BrowserMonitoring, BrowserSettings, Head, PageTrace, is_on};
#[cfg(feature = "hydrate")]
pub use panic::report_panic;
