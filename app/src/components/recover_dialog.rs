//! The question before a recovery.

use domain::plan::PlanHash;
use domain::read_model::{BranchChoice, GapView, PlanPreview};
use leptos::html;
use leptos::prelude::*;

use super::asked::facts_of_many;
use super::asked_days::AskedDaysFields;
use super::gap_row::period_of;
use super::{Asked, Failure, Glyph, Icon, PlanFacts};
use crate::api::{ApiError, Told};
use crate::i18n::kind_name;
use crate::preferences::language;

/// Names what was asked for, shows exactly what would run and what it would cost, and asks. The browser keeps the focus in it, closes it on Escape and
/// gives the focus back.
#[component]
pub fn RecoverDialog(
    /// What is in question; None while nothing is.
    chosen: RwSignal<Option<Asked>>,
    /// The stores to choose from, where days are asked for.
    branches: Signal<Vec<BranchChoice>>,
    /// Exactly what would run; None until that is known.
    preview: Signal<Option<PlanPreview>>,
    /// Whether it is being worked out.
    is_loading: Signal<bool>,
    /// Whether only closed stores are asked.
    outside_hours: RwSignal<bool>,
    /// Whether what is loaded already is extracted again.
    repeat: RwSignal<bool>,
    /// Whether the answer is on its way.
    is_working: Signal<bool>,
    /// Why it could not be done.
    failure: Signal<Option<ApiError>>,
    /// Do what was shown.
    confirm: Callback<PlanHash>,
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
                <h2 id="recuperar-titulo">
                    {move || chosen.with(|asked| asked.as_ref().map_or(texts.title(), |asked| asked.title(language())))}
                </h2>
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
                {move || chosen.get().map(|asked| what_is_asked(&asked))}
                <AskedDaysFields asked=chosen branches/>
                <PlanFacts preview is_loading/>
                {option(language().plan().outside_hours(), outside_hours)}
                {option(language().plan().repeat(), repeat)}
                <p class="muted">
                    {move || if repeat.get() { language().plan().repeat_hint() } else { texts.safe() }}
                </p>
                {message}
            </div>
            <footer class="dialog-footer">
                <button class="button" type="button" on:click=move |_| close.run(())>{language().action().cancel()}</button>
                <button
                    class="button button-primary"
                    type="button"
                    disabled=move || is_working.get() || is_loading.get() || runnable(preview).is_none()
                    on:click=move |_| {
                        if let Some(hash) = runnable(preview) {
                            confirm.run(hash);
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

fn option(label: &'static str, is_chosen: RwSignal<bool>) -> AnyView {
    view! {
        <label class="choice">
            <input
                type="checkbox"
                prop:checked=move || is_chosen.get()
                on:change=move |event| is_chosen.set(event_target_checked(&event))
            />
            {label}
        </label>
    }
    .into_any()
}

/// The plan to confirm, where it has anything to run.
fn runnable(preview: Signal<Option<PlanPreview>>) -> Option<PlanHash> {
    preview.with(|preview| preview.as_ref().filter(|preview| preview.ventanas > 0).map(|preview| preview.hash.clone()))
}

/// What was asked for.
fn what_is_asked(asked: &Asked) -> AnyView {
    let many = facts_of_many(asked);
    let one = match asked {
        Asked::Gap(gap) => Some(facts(gap)),
        Asked::Selection(_) | Asked::LastDays(..) | Asked::Days(_) => None,
    };
    view! { <p>{asked.question(language())}</p> {one} {many} }.into_any()
}

/// The gap that was asked for.
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
        </dl>
    }
    .into_any()
}
