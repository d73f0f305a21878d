//! Theme, density and language: ordinary forms. The server keeps the choice and shows the page again.

use leptos::prelude::*;

use super::{Glyph, Icon};
use crate::i18n::Language;
use crate::preferences::{Density, Preferences, Theme};

/// Where the forms go.
const ACTION: &str = "/api/preferencias";

/// The switches.
pub fn preferences_switch() -> AnyView {
    let preferences = use_context::<Preferences>().unwrap_or_default();
    let texts = preferences.language.preferences();
    let themes = Theme::ALL.map(|choice| {
        let (icon, label) = match choice {
            Theme::System => (Icon::System, texts.theme_system()),
            Theme::Light => (Icon::Light, texts.theme_light()),
            Theme::Dark => (Icon::Dark, texts.theme_dark()),
        };
        view! {
            <button
                id=format!("tema-{}", choice.code())
                type="submit"
                name="tema"
                value=choice.code()
                title=label
                aria-label=label
                aria-pressed=(preferences.theme == choice).to_string()
            >
                <Glyph icon/>
            </button>
        }
    });
    let languages = Language::ALL.map(|choice| {
        view! {
            <button
                id=format!("idioma-{}", choice.code())
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
    let densities = Density::ALL.map(|choice| {
        let (icon, label) = match choice {
            Density::Comfortable => (Icon::Comfortable, texts.density_comfortable()),
            Density::Compact => (Icon::Compact, texts.density_compact()),
        };
        view! {
            <button
                id=format!("densidad-{}", choice.code())
                type="submit"
                name="densidad"
                value=choice.code()
                title=label
                aria-label=label
                aria-pressed=(preferences.density == choice).to_string()
            >
                <Glyph icon/>
            </button>
        }
    });
    view! {
        <div class="preferences">
            <form class="segmented" method="post" action=ACTION aria-label=texts.theme()>
                {themes.collect_view()}
            </form>
            <form class="segmented density" method="post" action=ACTION aria-label=texts.density()>
                {densities.collect_view()}
            </form>
            <form class="segmented" method="post" action=ACTION aria-label=texts.language()>
                {languages.collect_view()}
            </form>
        </div>
    }
    .into_any()
}
