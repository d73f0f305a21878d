//! Language, theme and density of this browser: cookies that the server reads, attributes of `<html>` that the browser reads.

use leptos::prelude::*;

use crate::i18n::Language;

/// Light, dark, or what the operating system says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Theme {
    /// What the operating system says.
    #[default]
    System,
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// Every theme, in the order of the switch.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The code in cookies, forms and `<html data-theme>`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::System => "sistema",
            Self::Light => "claro",
            Self::Dark => "oscuro",
        }
    }

    /// From a code.
    pub fn of(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.code() == text)
    }
}

/// How much stands on a screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Density {
    /// Rows that are easy to read and to hit.
    #[default]
    Comfortable,
    /// More rows, for who looks at many.
    Compact,
}

impl Density {
    /// Every density, in the order of the switch.
    pub const ALL: [Self; 2] = [Self::Comfortable, Self::Compact];

    /// The code in cookies, forms and `<html data-densidad>`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Comfortable => "comoda",
            Self::Compact => "compacta",
        }
    }

    /// From a code.
    pub fn of(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|density| density.code() == text)
    }
}

/// What this browser wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Preferences {
    /// Of every text.
    pub language: Language,
    /// Of every page.
    pub theme: Theme,
    /// Of every page.
    pub density: Density,
    /// Whether the first steps of the demo were closed.
    pub is_tour_closed: bool,
    /// Whether single keys lead nowhere: software that types what is said would press them.
    pub has_no_single_keys: bool,
}

/// The language of the page; Spanish outside of a page.
pub fn language() -> Language {
    use_context::<Preferences>().unwrap_or_default().language
}

/// From the request's cookies.
pub fn read() -> Preferences {
    use_context::<axum::http::request::Parts>().map(|parts| of(&parts.headers)).unwrap_or_default()
}

/// From the cookies of a request.
pub fn of(headers: &axum::http::HeaderMap) -> Preferences {
    let cookies = headers.get_all(axum::http::header::COOKIE);
    let cookies: Vec<&str> = cookies.iter().filter_map(|value| value.to_str().ok()).collect();
    Preferences {
        language: cookie(&cookies, LANGUAGE_COOKIE).and_then(Language::of).unwrap_or_default(),
        theme: cookie(&cookies, THEME_COOKIE).and_then(Theme::of).unwrap_or_default(),
        density: cookie(&cookies, DENSITY_COOKIE).and_then(Density::of).unwrap_or_default(),
        is_tour_closed: cookie(&cookies, TOUR_COOKIE) == Some(TOUR_CLOSED),
        has_no_single_keys: cookie(&cookies, KEYS_COOKIE) == Some(KEYS_OFF),
    }
}

const LANGUAGE_COOKIE: &str = "klk_idioma";
const THEME_COOKIE: &str = "klk_tema";
const DENSITY_COOKIE: &str = "klk_densidad";
const TOUR_COOKIE: &str = "klk_recorrido";
const KEYS_COOKIE: &str = "klk_atajos";
/// Single keys lead somewhere, in forms and in the cookie.
pub(crate) const KEYS_ON: &str = "si";
/// Single keys lead nowhere.
pub(crate) const KEYS_OFF: &str = "no";
/// What says that the first steps were closed, in forms and in the cookie.
pub(crate) const TOUR_CLOSED: &str = "visto";

/// What a form wants changed; the rest stays.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted {
    pub language: Option<Language>,
    pub theme: Option<Theme>,
    pub density: Option<Density>,
    pub closes_tour: bool,
    pub single_keys: Option<bool>,
}

/// Sets the cookies of what is given, for a year.
pub(crate) fn keep(wanted: Wanted) {
    use axum::http::{HeaderValue, header};

    let Some(response) = use_context::<leptos_axum::ResponseOptions>() else { return };
    let chosen = [
        (LANGUAGE_COOKIE, wanted.language.map(Language::code)),
        (THEME_COOKIE, wanted.theme.map(Theme::code)),
        (DENSITY_COOKIE, wanted.density.map(Density::code)),
        (TOUR_COOKIE, wanted.closes_tour.then_some(TOUR_CLOSED)),
        (KEYS_COOKIE, wanted.single_keys.map(|are_on| if are_on { KEYS_ON } else { KEYS_OFF })),
    ];
    for (name, value) in chosen.into_iter().filter_map(|(name, value)| Some((name, value?))) {
        let cookie = format!("{name}={value}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly");
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.append_header(header::SET_COOKIE, cookie);
        }
    }
}

fn cookie<'a>(headers: &[&'a str], name: &str) -> Option<&'a str> {
    let pairs = headers.iter().flat_map(|header| header.split(';'));
    pairs.filter_map(|pair| pair.trim().split_once('=')).find(|(key, _)| *key == name).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let headers = ["otra=1; klk_tema_viejo=claro; klk_tema=oscuro", "klk_idioma=en"];
        assert_eq!(cookie(&headers, THEME_COOKIE), Some("oscuro"));
        assert_eq!(cookie(&headers, LANGUAGE_COOKIE), Some("en"));
        assert_eq!(cookie(&headers, "klk"), None);
    }
}
