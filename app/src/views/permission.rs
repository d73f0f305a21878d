//! What whoever looks may do, so that nothing is offered which would be refused. Use cases decide it all the same.

use domain::access::Role;
use engine::Identity;
use leptos::prelude::*;

use crate::preferences::language;

/// Whether they may change anything at all.
pub fn may_operate() -> bool {
    use_context::<Identity>().is_none_or(|identity| identity.actor.role >= Some(Role::Operator))
}

/// Why there are no buttons.
pub fn read_only_notice() -> AnyView {
    view! { <p class="panel-padded muted">{language().site().read_only()}</p> }.into_any()
}
