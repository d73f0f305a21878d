//! A part of a page that loads, fails and recovers by itself.

use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Boundary, Skeleton};
use crate::api::ApiError;

/// Shows a resource: a skeleton until it is there, its view while it is, and a message with a way to ask again where it
/// could not be had. `show` runs once and is given a signal: an answer that differs changes what it draws in place, so an
/// open detail stays open, a focused button keeps the focus, and nothing flickers.
#[component]
pub fn Part<T, Show>(
    /// What is shown.
    resource: Resource<Result<T, ApiError>>,
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
    T: Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static,
    Show: Fn(Memo<T>) -> AnyView + Clone + Send + Sync + 'static,
{
    let retry = Callback::new(move |()| resource.refetch());
    view! {
        <Transition fallback=move || skeleton.draw()>
            <Boundary name retry way_out>
                {contents(resource, show.clone())}
            </Boundary>
        </Transition>
    }
}

/// What the boundary is around: drawn anew only when a failure begins or ends.
fn contents<T, Show>(
    resource: Resource<Result<T, ApiError>>,
    show: Show,
) -> impl Fn() -> Option<Result<AnyView, ApiError>> + Clone + Send + Sync + 'static
where
    T: Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static,
    Show: Fn(Memo<T>) -> AnyView + Clone + Send + Sync + 'static,
{
    let outcome = Memo::new_with_compare(
        move |_| resource.get().map(|outcome| outcome.map(drop)),
        |before, after| before != after,
    );
    move || {
        outcome.track();
        // Read from the resource itself: on the server, the memo may hear a moment late that it is there.
        let first = match (outcome.get_untracked(), resource.get_untracked()?) {
            (_, Err(error)) => return Some(Err(error)),
            (_, Ok(first)) => first,
        };
        let latest = Memo::new(move |previous: Option<&T>| match resource.get() {
            Some(Ok(latest)) => latest,
            _ => previous.unwrap_or(&first).clone(),
        });
        Some(Ok(show(latest)))
    }
}
