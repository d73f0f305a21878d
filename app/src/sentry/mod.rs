//! Sentry in the browser: what a page carries so that the SDK (frontend/js/sentry.ts) tells what fails there, in one trace with
//! the server's part. Without a DSN it carries nothing.

mod head;

pub use head::{BrowserMonitoring, BrowserSettings, Head, PageTrace, is_on};
