//! The Leptos app. The server draws pages; in the browser only islands run.
//!
//! A page (`pages/`) asks for its answers and is drawn of them; an action (`forms/`) is a form that leads to the next step or to
//! a page; `parts/` is what stands around every page; `views/` make views of values and ask nobody; `api/` is the way to the use
//! cases, and the REST interface; `islands/` is what reacts at once, over what the server drew, and all that the WebAssembly
//! has. Where there are scripts, frontend/js follows links and forms without leaving the document and keeps it true.

#[cfg(feature = "ssr")]
pub mod access;
#[cfg(feature = "ssr")]
pub mod api;
#[cfg(feature = "ssr")]
pub mod assets;
#[cfg(feature = "ssr")]
pub mod format;
#[cfg(feature = "ssr")]
pub mod forms;
pub mod islands;
#[cfg(feature = "ssr")]
pub mod page;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod parts;
#[cfg(feature = "ssr")]
pub mod preferences;
#[cfg(feature = "ssr")]
pub mod query;
#[cfg(feature = "ssr")]
pub mod references;
#[cfg(feature = "ssr")]
#[cfg(test)]
mod sample;
pub mod sentry;
#[cfg(feature = "ssr")]
pub mod values;
#[cfg(feature = "ssr")]
pub mod views;

#[cfg(feature = "ssr")]
pub use texts as i18n;
