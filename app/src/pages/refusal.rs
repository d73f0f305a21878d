//! What a browser is shown of a request that was turned away before any page was made for it.

use domain::problem::Problem;
use leptos::prelude::*;

use crate::preferences;
use crate::query::HOME_PATH;
use crate::views::{Mark, head_basics};

/// A request that was turned away.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// Of HTTP.
    pub status: u16,
    /// Why.
    pub problem: Problem,
    /// Under which name the server was requested, where that is why; None also where it cannot be read.
    pub host: Option<String>,
    /// The origin of the page that sent it, where that is why.
    pub origin: Option<String>,
    /// Whether another page of ours would not be turned away.
    pub leads_home: bool,
}

/// The whole document. It has no frame: who asks may not be known.
pub fn refusal_document(refusal: &Refusal) -> impl IntoView + use<> {
    let preferences = preferences::read();
    let language = preferences.language;
    let texts = language.refusal();
    let host = refusal.host.as_ref();
    let why = match (&refusal.origin, host) {
        (Some(origin), Some(host)) => Some(texts.origin(origin, host)),
        _ => host.map(|host| texts.host(host)),
    };
    let home = refusal.leads_home.then(|| {
        view! { <p><a class="button" href=HOME_PATH>{texts.home()}</a></p> }
    });
    view! {
        <!DOCTYPE html>
        <html lang=language.tag() data-theme=preferences.theme.code()>
            <head>{head_basics(language, texts.title())}</head>
            <body>
                <main class="entrance panel panel-padded" id="contenido">
                    <p class="brand">
                        <Mark/>
                        <span>{language.site().name()}</span>
                    </p>
                    <p class="empty-code">{refusal.status.to_string()}</p>
                    <h1>{texts.title()}</h1>
                    <p>{refusal.problem.detail.clone()}</p>
                    {why.map(|why| view! { <p>{why}</p> })}
                    <p class="muted">
                        {language.failure().reference()} " " <code>{refusal.problem.correlacion.clone()}</code>
                    </p>
                    {home}
                </main>
            </body>
        </html>
    }
}
