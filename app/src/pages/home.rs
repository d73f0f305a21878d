//! `/`: the runs.

use leptos::prelude::*;
use leptos_router::components::Redirect;

use crate::query::RUNS;

/// Leads to the runs.
#[component]
pub fn HomePage() -> impl IntoView {
    // Leptos sets the status only for callers that ask for HTML by name; others should be led there too.
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(axum::http::StatusCode::FOUND);
    }
    view! { <Redirect path=RUNS.path/> }
}
