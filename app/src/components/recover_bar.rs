//! What can be done with gaps together: those that are selected, or all of the last days.

use leptos::prelude::*;

use crate::preferences::language;

/// Two buttons above the list.
#[component]
pub fn RecoverBar(
    /// How many gaps are selected.
    selected: Signal<usize>,
    /// Recover those.
    recover_selection: Callback<()>,
    /// Recover everything.
    recover_everything: Callback<()>,
) -> impl IntoView {
    let texts = language().plan();
    view! {
        <div class="recover-bar needs-script">
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
        </div>
    }
    .into_any()
}
