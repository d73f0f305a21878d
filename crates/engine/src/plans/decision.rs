//! What is kept of an order to a plan.

use domain::plan::PlanAction;
use warehouse::Decision;

use crate::actor::Actor;
use crate::clock::Clock;

/// As much as is kept of what somebody says as a reason.
const REASON_CHARS_MAX: usize = 500;

/// Something that somebody does to a plan now.
pub(crate) fn decision(clock: &dyn Clock, actor: &Actor, action: PlanAction, reason: Option<String>) -> Decision {
    let reason = reason.map(|reason| reason.trim().chars().take(REASON_CHARS_MAX).collect::<String>());
    let reason = reason.filter(|reason| !reason.is_empty());
    Decision {
        action,
        actor: actor.name.clone(),
        origin: actor.origin.as_str(),
        address: actor.address_text(),
        reason,
        cause: None,
        at: clock.now(),
    }
}
