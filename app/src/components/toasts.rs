//! Short notices that go by themselves.

use std::time::Duration;

use leptos::prelude::*;

use super::{Glyph, Icon, rows};
use crate::preferences::language;

/// How long a notice stays.
const STAYS: Duration = Duration::from_secs(8);
/// More than these at once cover the page.
const MOST: usize = 3;

/// The notices of the page; a context of the whole app.
#[derive(Clone, Copy)]
pub struct Toasts {
    shown: RwSignal<Vec<(u32, String)>>,
    next: StoredValue<u32>,
}

impl Toasts {
    /// Provides them.
    pub fn provide() {
        provide_context(Self { shown: RwSignal::new(Vec::new()), next: StoredValue::new(0) });
    }

    /// Shows a notice for a while.
    pub fn say(self, text: String) {
        let number = self.next.get_value();
        self.next.set_value(number.wrapping_add(1));
        self.shown.update(|shown| {
            shown.push((number, text));
            let surplus = shown.len().saturating_sub(MOST);
            shown.drain(..surplus);
        });
        set_timeout(move || self.dismiss(number), STAYS);
    }

    fn dismiss(self, number: u32) {
        self.shown.update(|shown| shown.retain(|(other, _)| *other != number));
    }
}

/// Where notices are shown, and read out.
#[component]
pub fn ToastRegion() -> impl IntoView {
    let toasts = expect_context::<Toasts>();
    let language = language();
    view! {
        <div class="toasts" role="status" aria-live="polite" aria-label=language.toast().region()>
            {rows(move || toasts.shown.get(), |(number, _)| number.to_string(), move |toast| draw(toasts, toast))}
        </div>
    }
    .into_any()
}

fn draw(toasts: Toasts, (number, text): (u32, String)) -> AnyView {
    view! {
        <div class="toast">
            <Glyph icon=Icon::Check/>
            <p>{text}</p>
            <button
                class="button-icon"
                type="button"
                aria-label=language().action().close()
                on:click=move |_| toasts.dismiss(number)
            >
                <Glyph icon=Icon::Close/>
            </button>
        </div>
    }
    .into_any()
}
