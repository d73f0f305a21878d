//! Trying out whether what goes wrong in this browser arrives in Sentry, by having it go wrong.

use leptos::prelude::*;

use super::{Boundary, Glyph, Icon};
use crate::preferences::language;
use crate::sentry;

/// What a component answers that is told to fail. English: Sentry shows it to developers.
#[derive(Debug, thiserror::Error)]
#[error("a component failed because somebody tried out what happens then")]
struct TriedOut;

/// A button for each way in which a page can fail. Nothing is staged: the component really fails, the promise is really
/// rejected, and the panic really ends the app until the page is reloaded.
#[component]
pub fn SentryTrial() -> impl IntoView {
    let texts = language().trial();
    let is_failing = RwSignal::new(false);
    let is_rejected = RwSignal::new(false);
    let is_asking = RwSignal::new(false);
    let component = move || match is_failing.get() {
        true => Err(TriedOut),
        false => Ok(view! { <p class="muted">{texts.component_fine()}</p> }),
    };
    let ask = move || match is_asking.get() {
        false => view! {
            <button class="button" type="button" on:click=move |_| is_asking.set(true)>{texts.panic()}</button>
        }
        .into_any(),
        true => confirmation(is_asking),
    };
    view! {
        <section class="panel browser-trial" aria-labelledby="prueba-titulo">
            <h2 id="prueba-titulo">{texts.title()}</h2>
            <p class="muted">{if sentry::is_on() { texts.intro() } else { texts.intro_off() }}</p>
            <div class="trial-row">
                <button class="button" type="button" on:click=move |_| is_failing.set(true)>{texts.component()}</button>
                <Boundary name=texts.part() retry=Callback::new(move |()| is_failing.set(false))>{component}</Boundary>
            </div>
            <div class="trial-row">
                <button
                    class="button"
                    type="button"
                    on:click=move |_| {
                        sentry::reject_promise("a promise was rejected because somebody tried out what happens then");
                        is_rejected.set(true);
                    }
                >
                    {texts.promise()}
                </button>
                <p class="muted" role="status">{move || is_rejected.get().then(|| texts.promise_done())}</p>
            </div>
            <div class="trial-row">{ask}</div>
        </section>
    }
    .into_any()
}

fn confirmation(is_asking: RwSignal<bool>) -> AnyView {
    let texts = language().trial();
    view! {
        <p class="trial-question">
            <Glyph icon=Icon::Warning/>
            {texts.panic_question()}
        </p>
        <button class="button button-primary" type="button" on:click=|_| panic()>{texts.panic_confirm()}</button>
        <button class="button" type="button" on:click=move |_| is_asking.set(false)>{language().action().cancel()}</button>
    }
    .into_any()
}

#[expect(clippy::panic, reason = "it is what is tried out")]
fn panic() {
    panic!("the app panicked because somebody tried out what happens then");
}
