//! The file itself: how it is opened, copied, damaged and brought up to date. A server has none of it, so that tests against one
//! leave these out.

mod backups;
mod lost_commits;
mod migrations;
mod opening;
mod released_schemas;
