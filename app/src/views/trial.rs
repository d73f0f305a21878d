//! Trying out whether what goes wrong arrives in Sentry, by having it go wrong: on the server, and in this browser
//! (islands/trial.rs).

use leptos::prelude::*;

use super::{Pill, Reference, Tone};
use crate::islands::BrowserTrial;
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

/// A button for each way in which a page can fail.
pub fn browser_trial() -> AnyView {
    let texts = language().trial();
    let intro = if sentry::is_on() { texts.intro() } else { texts.intro_off() };
    view! {
        <section class="panel browser-trial needs-script" aria-labelledby="prueba-titulo">
            <h2 id="prueba-titulo">{texts.title()}</h2>
            <p class="muted">{intro}</p>
            <BrowserTrial
                error=texts.error()
                error_done=texts.error_done()
                promise=texts.promise()
                promise_done=texts.promise_done()
            />
        </section>
    }
    .into_any()
}
