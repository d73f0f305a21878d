//! Where the app is led to, as transactions.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::bindings;

/// Tells where the app is led. It draws nothing, but it has to stand before the pages in the view: then it is told of a new
/// address first, and what the page there asks for is part of the navigation's trace.
#[component]
pub fn NavigationWatch() -> impl IntoView {
    let location = use_location();
    move || location.pathname.with(|path| location.search.with(|search| bindings::navigate(path, search)))
}
