//! The question before a plan is cancelled.

use domain::plan::PlanHash;
use leptos::html;
use leptos::prelude::*;

use crate::preferences::language;

/// Names the plan and what cancelling means, and asks. The browser keeps the focus in it and closes it on Escape.
#[component]
pub fn CancelDialog(
    /// The plan in question; None while there is no question.
    chosen: RwSignal<Option<PlanHash>>,
    /// Do it.
    confirm: Callback<PlanHash>,
) -> impl IntoView {
    let texts = language().plan();
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move || {
        let Some(dialog) = dialog.get() else { return };
        match (chosen.read().is_some(), dialog.open()) {
            (true, false) => {
                let _ = dialog.show_modal();
            }
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    let confirmed = move |_| {
        if let Some(hash) = chosen.get_untracked() {
            chosen.set(None);
            confirm.run(hash);
        }
    };
    view! {
        <dialog class="dialog" node_ref=dialog aria-labelledby="cancelar-titulo" on:close=move |_| chosen.set(None)>
            <header class="dialog-header">
                <h2 id="cancelar-titulo">{texts.cancel_title()}</h2>
            </header>
            <div class="dialog-body">
                <p>{texts.cancel_text()}</p>
                <p>{texts.hash()} " " <code>{move || chosen.get().map(|hash| hash.short().to_owned())}</code></p>
            </div>
            <footer class="dialog-footer">
                <button class="button" type="button" on:click=move |_| chosen.set(None)>{texts.cancel_keep()}</button>
                <button class="button button-primary" type="button" on:click=confirmed>{texts.cancel_confirm()}</button>
            </footer>
        </dialog>
    }
    .into_any()
}
