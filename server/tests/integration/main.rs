//! The program as others meet it: its crates' edges, its command line, its REST interface, and a kill in mid load.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod command_line;
mod decisions;
mod edges;
mod kill;
mod rest;
mod settings;
mod support;
