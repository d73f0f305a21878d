//! Theme and language: two ordinary forms, which the page improves on where it can.

use leptos::prelude::*;

use super::{Glyph, Icon};
use crate::api::SavePreferences;
use crate::i18n::Language;
use crate::preferences::{Preferences, Theme};

/// Where the forms go.
const ACTION: &str = "/api/preferencias";

/// The switches. Without JavaScript the server keeps the choice and shows the page again; with it the theme changes at
/// once. The language always takes a new page, because every text of it is another.
#[component]
pub fn PreferencesSwitch(
    /// Keeps the theme.
    action: ServerAction<SavePreferences>,
) -> impl IntoView {
    let preferences = use_context::<Preferences>().unwrap_or_default();
    let texts = preferences.language.preferences();
    let theme = RwSignal::new(preferences.theme);
    let choose = move |chosen: Theme| {
        theme.set(chosen);
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-theme", chosen.code());
        }
        action.dispatch(SavePreferences { idioma: None, tema: Some(chosen.code().to_owned()) });
    };
    let themes = Theme::ALL.map(|choice| {
        let (icon, label) = match choice {
            Theme::System => (Icon::System, texts.theme_system()),
            Theme::Light => (Icon::Light, texts.theme_light()),
            Theme::Dark => (Icon::Dark, texts.theme_dark()),
        };
        let click = move |event: leptos::ev::MouseEvent| {
            event.prevent_default();
            choose(choice);
        };
        view! {
            <button
                type="submit"
                name="tema"
                value=choice.code()
                title=label
                aria-label=label
                aria-pressed=move || (theme.get() == choice).to_string()
                on:click=click
            >
                <Glyph icon/>
            </button>
        }
    });
    let languages = Language::ALL.map(|choice| {
        view! {
            <button
                type="submit"
                name="idioma"
                value=choice.code()
                lang=choice.tag()
                title=choice.own_name()
                aria-label=choice.own_name()
                aria-pressed=(choice == preferences.language).to_string()
            >
                {choice.code().to_uppercase()}
            </button>
        }
    });
    view! {
        <div class="preferences">
            <form class="segmented" method="post" action=ACTION aria-label=texts.theme()>
                {themes.collect_view()}
            </form>
            // The router takes forms over; this one is the browser's.
            <form class="segmented" method="post" action=ACTION aria-label=texts.language()>
                {languages.collect_view()}
            </form>
        </div>
    }
    .into_any()
}
