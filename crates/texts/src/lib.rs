//! The interface's texts in Spanish and English.
//!
//! build.rs turns locales/es.json and locales/en.json into functions of [`Language`], as `language.runs().title()`. A
//! text that is missing in a language does not compile, the texts of a page cost a `match`, and nothing is fetched or parsed in
//! the browser. leptos_i18n would do the same at the price of ICU in the WebAssembly; two languages with "1" and "many"
//! do not need it.

mod answers;
mod names;
mod requirement;
mod run_message;
mod subject;

pub use answers::{calendar_change, calendar_saved, holiday_saved, probe_failure, shown_cause, stop_cause};
pub use names::{
    decision_name, kind_name, mode_name, origin_name, plan_state_name, reason_name, state_name, urgency_name,
    window_state_name,
};
pub use requirement::{invalid_parameter, zone_change};
pub use run_message::{run_message, shown_message};
pub use subject::{person, subject};

/// A language of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Language {
    /// Spanish of Venezuela.
    #[default]
    Es,
    /// English.
    En,
}

impl Language {
    /// Every language, the default first.
    pub const ALL: [Self; 2] = [Self::Es, Self::En];

    /// The code in cookies and forms.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Es => "es",
            Self::En => "en",
        }
    }

    /// The tag in `<html lang>`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Es => "es-VE",
            Self::En => "en",
        }
    }

    /// The language's own name.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::Es => "Español",
            Self::En => "English",
        }
    }

    /// From a code, a tag, or a list as in `Accept-Language`; None for a language that is not spoken here.
    pub fn of(text: &str) -> Option<Self> {
        let primary = |tag: &str| tag.trim().split(['-', ';']).next().unwrap_or_default().to_ascii_lowercase();
        text.split(',').find_map(|tag| Self::ALL.into_iter().find(|language| language.code() == primary(tag)))
    }
}

include!(concat!(env!("OUT_DIR"), "/texts.rs"));

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("es", Some(Language::Es))]
    #[case("es-VE", Some(Language::Es))]
    #[case("de, en-GB;q=0.8, es;q=0.5", Some(Language::En))]
    #[case("de", None)]
    #[case("", None)]
    fn a_language_is_read_from_codes_tags_and_lists(#[case] text: &str, #[case] language: Option<Language>) {
        assert_eq!(Language::of(text), language);
    }

    #[test]
    fn placeholders_are_filled() {
        assert_eq!(Language::Es.progress().windows(3, 8), "3 de 8 medias horas");
        assert_eq!(Language::En.progress().windows(3, 8), "3 of 8 windows");
    }
}
