//! The question before a recovery.

use domain::read_model::GapView;
use leptos::html;
use leptos::prelude::*;

use super::gap_row::{period_of, windows_of};
use super::{Failure, Glyph, Icon};
use crate::api::{ApiError, Told};
use crate::i18n::kind_name;
use crate::preferences::language;

/// Names store, type, period and number of windows, and asks. The browser keeps the focus in it, closes it on Escape and
/// gives the focus back.
#[component]
pub fn RecoverDialog(
    /// The gap in question; None while there is no question.
    chosen: Signal<Option<GapView>>,
    /// Whether the answer is on its way.
    is_working: Signal<bool>,
    /// Why it could not be done.
    failure: Signal<Option<ApiError>>,
    /// Do it.
    confirm: Callback<GapView>,
    /// Leave it.
    close: Callback<()>,
) -> impl IntoView {
    let texts = language().recover();
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
    let message =
        move || failure.get().map(|error| view! { <Failure title=texts.failed().to_owned() told=Told::from(&error)/> });
    view! {
        <dialog class="dialog" node_ref=dialog aria-labelledby="recuperar-titulo" on:close=move |_| close.run(())>
            <header class="dialog-header">
                <h2 id="recuperar-titulo">{texts.title()}</h2>
                <button
                    class="button-icon"
                    type="button"
                    aria-label=language().action().close()
                    on:click=move |_| close.run(())
                >
                    <Glyph icon=Icon::Close/>
                </button>
            </header>
            <div class="dialog-body">
                <p>{texts.question()}</p>
                {move || chosen.get().map(|gap| facts(&gap))}
                <p class="muted">{texts.safe()}</p>
                {message}
            </div>
            <footer class="dialog-footer">
                <button class="button" type="button" on:click=move |_| close.run(())>{language().action().cancel()}</button>
                <button
                    class="button button-primary"
                    type="button"
                    disabled=move || is_working.get()
                    on:click=move |_| {
                        if let Some(gap) = chosen.get_untracked() {
                            confirm.run(gap);
                        }
                    }
                >
                    {move || if is_working.get() { texts.working() } else { texts.confirm() }}
                </button>
            </footer>
        </dialog>
    }
    .into_any()
}

/// Exactly what would be done.
fn facts(gap: &GapView) -> AnyView {
    let language = language();
    let texts = language.recover();
    view! {
        <dl class="facts">
            <dt>{texts.store()}</dt>
            <dd class="strong">{gap.ubicacion_nombre.clone()}</dd>
            <dt>{texts.kind()}</dt>
            <dd>{kind_name(language, gap.etl_tipo)}</dd>
            <dt>{texts.period()}</dt>
            <dd>{period_of(language, gap).to_string()}</dd>
            <dt>{texts.windows()}</dt>
            <dd>{windows_of(language, gap)}</dd>
        </dl>
    }
    .into_any()
}
