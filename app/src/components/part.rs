//! A part of a page that loads, fails and recovers by itself.

use std::sync::Arc;

use leptos::prelude::*;

use super::{Boundary, Skeleton};
use crate::api::ApiError;
use crate::loading::{Answered, Erased, Loading};

/// Shows an answer: a skeleton until it is there, its view while it is, and a message with a way to ask again where it
/// could not be had. `show` runs once and is given a signal: an answer that differs changes what it draws in place, so an
/// open detail stays open, a focused button keeps the focus, and nothing flickers.
#[component]
pub fn Part<T, Show>(
    /// What is shown.
    loading: Loading<T>,
    /// What it is, as in "could not load …".
    name: &'static str,
    /// What stands there until it is loaded.
    skeleton: Skeleton,
    /// The page without its filters, where some are set.
    #[prop(optional, into)]
    way_out: Signal<Option<&'static str>>,
    /// Draws it.
    show: Show,
) -> impl IntoView
where
    T: Answered + Clone + PartialEq,
    Show: Fn(Memo<T>) -> AnyView + Send + Sync + 'static,
{
    let draw = move || {
        // Read from the resource itself: on the server, a memo may hear a moment late that it is there.
        let first = loading.get_untracked()?;
        Some(first.map(|first| {
            show(Memo::new(move |previous: Option<&T>| match loading.get() {
                Some(Ok(latest)) => latest,
                _ => previous.unwrap_or(&first).clone(),
            }))
        }))
    };
    part(loading.erased(), name, skeleton, way_out, Arc::new(draw))
}

/// All of it that does not depend on the type of the answer.
fn part(
    loading: Erased,
    name: &'static str,
    skeleton: Skeleton,
    way_out: Signal<Option<&'static str>>,
    draw: Arc<dyn Fn() -> Option<Result<AnyView, ApiError>> + Send + Sync>,
) -> AnyView {
    let retry = Callback::new(move |()| loading.refetch());
    view! {
        <Transition fallback=move || skeleton.draw()>
            <Boundary name retry way_out>
                {contents(loading, Arc::clone(&draw))}
            </Boundary>
        </Transition>
    }
    .into_any()
}

/// What the boundary is around: drawn anew only when a failure begins or ends.
fn contents(
    loading: Erased,
    draw: Arc<dyn Fn() -> Option<Result<AnyView, ApiError>> + Send + Sync>,
) -> impl Fn() -> Option<Result<AnyView, ApiError>> + Clone + Send + Sync + 'static {
    let outcome = Memo::new(move |_| loading.outcome());
    move || {
        outcome.with(|_| ());
        // What the parts of the answer read while they are drawn is theirs to hear of: heard of here, each answer would draw all
        // of it anew, close what is open and lose the focus.
        untrack(|| draw())
    }
}
