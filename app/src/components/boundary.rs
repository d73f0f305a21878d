//! What can fail alone, and what stands in its place while it does.

use leptos::error::{Error, Errors};
use leptos::prelude::*;

use super::Failure;
use crate::api::{ApiError, Told};
use crate::preferences::language;
use crate::sentry;

/// Around a table, a group of cards, a chart or a dialog: what goes wrong in it takes nothing else of the page along, is
/// said with a reference code, and can be tried again.
#[component]
pub fn Boundary(
    /// What it is around, as in "could not load …"; names it in Sentry too.
    name: &'static str,
    /// Tries again.
    #[prop(optional, into)]
    retry: Option<Callback<()>>,
    /// The page without its filters, where some are set.
    #[prop(optional, into)]
    way_out: Signal<Option<&'static str>>,
    /// What may fail. Of any type: a boundary for each type would be most of the WebAssembly of a part.
    children: Children,
) -> impl IntoView {
    let title = language().failure().title(name);
    let fallback = move |errors: ArcRwSignal<Errors>| {
        let title = title.clone();
        let told = Memo::new(move |before: Option<&Told>| {
            let first = errors.with(|errors| errors.iter().next().map(|(_, error)| error.clone()));
            first.map(|error| tell(&error, name, before)).unwrap_or_default()
        });
        move || {
            let title = title.clone();
            view! { <Failure title told=told.get() retry way_out=way_out.get()/> }
        }
    };
    view! { <ErrorBoundary fallback>{children()}</ErrorBoundary> }.into_any()
}

/// What a page says of an error. A failed call was reported where it failed, and an error that comes with the page by the
/// server; what is left is a component's own, which is reported here: once, while it stays the same.
fn tell(error: &Error, name: &'static str, before: Option<&Told>) -> Told {
    let text = error.to_string();
    if let Some(error) = error.downcast_ref::<ApiError>() {
        return Told::from(error);
    }
    if is_hydrating() {
        return Told::from_text(&text);
    }
    let detail = language().failure().component().to_owned();
    match before {
        Some(before) if before.detail == detail => before.clone(),
        _ => Told { detail, reference: sentry::report_component(name, &text) },
    }
}

fn is_hydrating() -> bool {
    Owner::current_shared_context().is_some_and(|shared| shared.during_hydration())
}
