//! What can be done with gaps together: those that are selected, all of the last days, or those of a store and of days.

use leptos::prelude::*;

use crate::preferences::language;
use crate::query::PLANS_PATH;

/// Buttons above the list, and the way to the plans that came of them.
#[component]
pub fn RecoverBar(
    /// How many gaps are selected.
    selected: Signal<usize>,
    /// Recover those.
    recover_selection: Callback<()>,
    /// Recover everything.
    recover_everything: Callback<()>,
    /// Recover days of a store, or of all.
    recover_days: Callback<()>,
) -> impl IntoView {
    let texts = language().plan();
    view! {
        <div class="recover-bar needs-script">
            <a class="link" href=PLANS_PATH>{texts.see_plans()}</a>
            <button
                class="button"
                type="button"
                aria-haspopup="dialog"
                disabled=move || selected.get() == 0
                on:click=move |_| recover_selection.run(())
            >
                {move || texts.recover_selection(selected.get())}
            </button>
            <button class="button" type="button" aria-haspopup="dialog" on:click=move |_| recover_everything.run(())>
                {texts.recover_everything()}
            </button>
            <button class="button" type="button" aria-haspopup="dialog" on:click=move |_| recover_days.run(())>
                {texts.recover_period()}
            </button>
        </div>
    }
    .into_any()
}
