//! What a process does where several share a database.

use std::time::Duration;

use engine::{ProcessRole, ProcessSettings};

use super::source::Source;
use super::variables::{LEASE_SECONDS, ROLE};

pub(super) fn read(source: &mut Source) -> ProcessSettings {
    let role = ProcessRole::from_name(source.choice(&ROLE)).unwrap_or_default();
    let lease = Duration::from_secs(source.number(&LEASE_SECONDS));
    ProcessSettings { role, may_lead: role != ProcessRole::Web, lease, version: env!("CARGO_PKG_VERSION").to_owned() }
}
