//! What whoever looks may do, so that nothing is offered which would be refused. Use cases decide it all the same.

use domain::BranchId;
use domain::access::Role;
use engine::Identity;
use leptos::prelude::*;

use crate::preferences::language;

/// Whether they may change anything at all.
pub fn may_operate() -> bool {
    use_context::<Identity>().is_none_or(|identity| identity.actor.role >= Some(Role::Operator))
}

/// Whether they may change something of this store.
pub fn may_operate_store(branch: &BranchId) -> bool {
    use_context::<Identity>().is_none_or(|identity| identity.actor.operates_store(branch))
}

/// Whether they may change something of all stores at once.
pub fn may_operate_everywhere() -> bool {
    use_context::<Identity>().is_none_or(|identity| identity.actor.operates_everywhere())
}

/// Why there are no buttons.
pub fn read_only_notice() -> AnyView {
    view! { <p class="panel-padded muted">{language().site().read_only()}</p> }.into_any()
}

#[cfg(test)]
mod tests {
    use domain::access::StoreScope;
    use engine::Actor;
    use rstest::rstest;

    use super::*;

    /// Whether actions are offered: any, on store `a`, on store `b`, on all at once.
    #[rstest]
    #[case::a_reader(Role::Reader, "", [false, false, false, false])]
    #[case::an_operator_of_all(Role::Operator, "", [true, true, true, true])]
    #[case::an_operator_of_one(Role::Operator, "a", [true, true, false, false])]
    #[case::a_reader_with_a_store(Role::Reader, "a", [false, false, false, false])]
    #[case::an_administrator(Role::Administrator, "a", [true, true, true, true])]
    fn actions_are_offered_where_they_are_allowed(
        #[case] role: Role,
        #[case] stores: &str,
        #[case] expected: [bool; 4],
    ) {
        let offered = Owner::new().with(|| {
            let actor = Actor { stores: StoreScope::parse(stores), ..Actor::new("leo", role) };
            provide_context(Identity::without_key(actor));
            let of = |store| may_operate_store(&BranchId::new(store));
            [may_operate(), of("a"), of("b"), may_operate_everywhere()]
        });
        assert_eq!(offered, expected);
    }
}
