//! Who is signed in, on every page, and the way out.

use engine::Identity;
use leptos::prelude::*;

use super::fields::role_name;
use crate::preferences::language;
use crate::query::{PASSWORD_PATH, SIGN_OUT_PATH};

/// A bar of the whole page. It stands after the page and is shown above it. Whoever leaves takes the whole document along.
#[component]
pub fn AccountBar() -> impl IntoView {
    let language = language();
    let texts = language.access();
    let identity =
        use_context::<Identity>().filter(|identity| identity.actor.is_somebody() && !identity.actor.is_wall())?;
    let role = identity.actor.role.map(|role| role_name(language, role));
    let out = if identity.has_session() {
        view! {
            <a href=PASSWORD_PATH>{texts.change_password()}</a>
            <form method="post" action=SIGN_OUT_PATH data-documento="">
                <button class="button" type="submit">
                    {texts.sign_out()}
                </button>
            </form>
        }
        .into_any()
    } else {
        view! { <span>{texts.demo()}</span> }.into_any()
    };
    Some(view! {
        <aside class="account" aria-label=texts.account()>
            <span>
                <strong>{identity.actor.name.clone()}</strong>
                " · "
                {role}
            </span>
            {out}
        </aside>
    })
}
