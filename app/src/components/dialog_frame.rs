//! A dialog: the browser keeps the focus in it, closes it on Escape and gives the focus back.

use leptos::html;
use leptos::prelude::*;

use super::{Glyph, Icon};
use crate::preferences::language;

/// A question with a title, a way out and a button that does it. What it asks for is the caller's.
#[component]
pub fn DialogFrame(
    /// Names the title's element, so unlike any other dialog's.
    identifier: &'static str,
    /// The title.
    title: &'static str,
    /// Whether it is open.
    is_open: Signal<bool>,
    /// Whether the answer is on its way.
    is_working: Signal<bool>,
    /// The button.
    confirm_label: &'static str,
    /// The button while the answer is on its way.
    working_label: &'static str,
    /// Do it.
    confirm: Callback<()>,
    /// Leave it.
    close: Callback<()>,
    /// What it asks.
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move || {
        let Some(dialog) = dialog.get() else { return };
        match (is_open.get(), dialog.open()) {
            (true, false) => {
                let _ = dialog.show_modal();
            }
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    view! {
        <dialog class="dialog" node_ref=dialog aria-labelledby=identifier on:close=move |_| close.run(())>
            <form
                method="dialog"
                on:submit=move |event| {
                    event.prevent_default();
                    confirm.run(());
                }
            >
                <header class="dialog-header">
                    <h2 id=identifier>{title}</h2>
                    <button
                        class="button-icon"
                        type="button"
                        aria-label=language().action().close()
                        on:click=move |_| close.run(())
                    >
                        <Glyph icon=Icon::Close/>
                    </button>
                </header>
                <div class="dialog-body">{children()}</div>
                <footer class="dialog-footer">
                    <button class="button" type="button" on:click=move |_| close.run(())>
                        {language().action().cancel()}
                    </button>
                    <button class="button button-primary" type="submit" disabled=move || is_working.get()>
                        {move || if is_working.get() { working_label } else { confirm_label }}
                    </button>
                </footer>
            </form>
        </dialog>
    }
    .into_any()
}
