//! Why a run failed, whole.

use domain::ErrorClass;
use domain::read_model::{RunLinks, RunView};
use leptos::prelude::*;

use super::run_row::tone_of;
use super::{CopyButton, Pill, SentryLink};
use crate::format::{class_badge, class_name};
use crate::i18n::shown_message;
use crate::preferences::language;

/// The class of an error, all that was said of it, and where it and its like are in Sentry.
#[component]
pub fn RunError(
    /// The run.
    run: RunView,
    /// Its class.
    class: ErrorClass,
    /// Links into Sentry.
    links: Option<RunLinks>,
) -> impl IntoView {
    let language = language();
    let texts = language.run();
    let message = shown_message(language, run.error_detalle.as_ref(), run.error_mensaje.as_ref())
        .unwrap_or_else(|| class_name(language, class).to_owned());
    let links = links.map(|links| {
        let of_run = links.falla.map(|href| view! { <SentryLink href label=texts.see_failure()/> });
        let of_error = links.error.map(|href| view! { <SentryLink href label=texts.see_error_issues()/> });
        view! {
            <p class="link-row">
                {of_run} {of_error} <SentryLink href=links.tienda label=texts.see_store_issues()/>
            </p>
        }
    });
    view! {
        <div class="run-error">
            <p class="run-error-class">
                <Pill tone=tone_of(class) label=class_badge(language, class)/> " "
                <span class="strong">{class_name(language, class)}</span>
            </p>
            <p class="run-error-message">{message.clone()} " " <CopyButton text=message/></p>
            {links}
        </div>
    }
    .into_any()
}
