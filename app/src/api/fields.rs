//! Fields of bodies: texts, so that a wrong or missing one is answered by its name.

use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use domain::decision::Origin;
use domain::filter::InvalidParameter;
use leptos::prelude::use_context;

/// A field that has to be there.
pub(super) fn required<T>(name: &'static str, value: Option<T>) -> Result<T, InvalidParameter> {
    value.ok_or_else(|| InvalidParameter { name, reason: "es obligatorio".to_owned() })
}

/// From where the request in hand comes.
pub(super) fn origin() -> Origin {
    let agent = use_context::<Parts>()
        .and_then(|parts| parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).map(str::to_owned));
    Origin::of_user_agent(agent.as_deref())
}
