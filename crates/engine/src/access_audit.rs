//! What is kept of a change to who may do what.

use domain::access::AuditAction;
use warehouse::AuditEntry;

use crate::{Actor, Engine};

/// An entry of now, by whoever asks.
pub(crate) fn entry(engine: &Engine, actor: &Actor, action: AuditAction, object: &str) -> AuditEntry {
    AuditEntry {
        id: engine.new_id(),
        at: engine.clock.now(),
        actor: actor.name.clone(),
        origin: actor.origin,
        address: actor.address_text(),
        action,
        object: object.to_owned(),
        times: 1,
    }
}
