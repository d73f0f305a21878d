//! What stands in the place of a part that failed.

use leptos::prelude::*;

use super::{Glyph, Icon, Reference};
use crate::api::ErrorMessage;
use crate::preferences::language;

/// A failure: what it means, what can be done, and the code by which it is found again.
#[component]
pub fn Failure(
    /// In a few words.
    title: String,
    /// What is wrong.
    message: ErrorMessage,
    /// Where it is tried again; absent where something else on the page does.
    #[prop(optional_no_strip)]
    retry: Option<String>,
    /// The page without the filters that may be at fault.
    #[prop(optional_no_strip)]
    way_out: Option<&'static str>,
) -> impl IntoView {
    let texts = language().failure();
    let detail = if message.detail.is_empty() { texts.unreachable().to_owned() } else { message.detail };
    let retry = retry.map(|href| {
        view! { <a class="button" href=href><Glyph icon=Icon::Retry/>{texts.retry()}</a> }
    });
    let way_out = way_out.map(|href| view! { <a class="button" href=href>{texts.clear_filters()}</a> });
    let reference = message.reference.map(|code| view! { <Reference code/> });
    view! {
        <div class="failure" role="alert">
            <Glyph icon=Icon::Warning/>
            <div class="failure-body">
                <p class="failure-title">{title}</p>
                <p class="failure-detail">{detail}</p>
                <div class="failure-actions">{retry} {way_out} {reference}</div>
            </div>
        </div>
    }
    .into_any()
}
