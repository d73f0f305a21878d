//! What the headers of a request say.

use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use domain::decision::Origin;
use leptos::prelude::use_context;

/// From where the request in hand comes.
pub(super) fn origin() -> Origin {
    let agent = use_context::<Parts>()
        .and_then(|parts| parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).map(str::to_owned));
    Origin::of_user_agent(agent.as_deref())
}
