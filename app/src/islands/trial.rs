//! Ways in which this page can fail. Nothing is staged: a listener really panics, and a promise is really rejected.

use leptos::prelude::*;
use web_sys::js_sys::{Error, Promise};

/// A button for each way, and what it did. As the server draws them they cannot be pressed: there is nothing yet to fail.
#[island]
pub fn BrowserTrial(
    /// What the button says that has a listener panic.
    #[prop(into)]
    error: String,
    /// What it did.
    #[prop(into)]
    error_done: String,
    /// What the button says that has a promise rejected.
    #[prop(into)]
    promise: String,
    /// What it did.
    #[prop(into)]
    promise_done: String,
) -> impl IntoView {
    let is_ready = RwSignal::new(false);
    let (error_told, promise_told) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    Effect::new(move || is_ready.set(true));
    let panic = move |_| {
        error_told.set(error_done.clone());
        panic!("the page failed because somebody tried out what happens then");
    };
    let reject = move |_| {
        promise_told.set(promise_done.clone());
        // Nobody is there to handle it.
        let _ = Promise::reject(&Error::new("a promise was rejected because somebody tried out what happens then"));
    };
    view! {
        <div class="trial-row" translate="no">
            <button class="button" id="prueba-error" type="button" disabled=move || !is_ready.get() on:click=panic>
                {error}
            </button>
            <p class="muted" role="status">{error_told}</p>
        </div>
        <div class="trial-row" translate="no">
            <button class="button" id="prueba-promesa" type="button" disabled=move || !is_ready.get() on:click=reject>
                {promise}
            </button>
            <p class="muted" role="status">{promise_told}</p>
        </div>
    }
}
