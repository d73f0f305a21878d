//! Trying out whether what goes wrong arrives in Sentry, by having it go wrong: on the server, and in this browser
//! (frontend/js/trial.ts).

use leptos::prelude::*;

use super::{Pill, Reference, Tone};
use crate::preferences::language;
use crate::query::TRIAL_PATH;
use crate::sentry;

/// A button that has the server fail, and by which reference the failure is found.
pub fn server_trial(code: Option<String>) -> AnyView {
    let texts = language().monitoring();
    let outcome = code.map(|code| view! { <Pill tone=Tone::Info label=texts.trial_done()/> " " <Reference code/> });
    view! {
        <div class="trial">
            <form method="post" action=TRIAL_PATH>
                <button class="button" id="prueba-servidor" type="submit">{texts.trial_server()}</button>
            </form>
            <p class="muted">{texts.trial_server_text()}</p>
            <div class="trial-outcome" role="status">{outcome}</div>
        </div>
    }
    .into_any()
}

/// A button for each way in which a page can fail. Nothing is staged: a listener really throws, and the promise is really
/// rejected.
pub fn browser_trial() -> AnyView {
    let texts = language().trial();
    let intro = if sentry::is_on() { texts.intro() } else { texts.intro_off() };
    view! {
        <section class="panel browser-trial needs-script" aria-labelledby="prueba-titulo">
            <h2 id="prueba-titulo">{texts.title()}</h2>
            <p class="muted">{intro}</p>
            <div class="trial-row">
                <button class="button" id="prueba-error" type="button" data-prueba="error" data-hecho=texts.error_done()>
                    {texts.error()}
                </button>
                <p class="muted" role="status" data-propio=""></p>
            </div>
            <div class="trial-row">
                <button
                    class="button"
                    id="prueba-promesa"
                    type="button"
                    data-prueba="promesa"
                    data-hecho=texts.promise_done()
                >
                    {texts.promise()}
                </button>
                <p class="muted" role="status" data-propio=""></p>
            </div>
        </section>
    }
    .into_any()
}
