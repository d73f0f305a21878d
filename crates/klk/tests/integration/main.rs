//! The client against servers that answer what we say: a proper HTTP server, and bare sockets for what no proper server
//! does.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops where its scene cannot be set; clippy knows only #[test] functions"
)]

mod articles;
mod failures;
mod fixtures;
mod retries;
mod sales;
mod socket;
mod support;
mod warehouses;
