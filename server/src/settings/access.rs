//! Signing in.

use std::net::IpAddr;
use std::time::Duration;

use axum::http::uri::Authority;
use engine::AccessSettings;
use jiff::SignedDuration;
use reqwest::Url;

use super::source::Source;
use super::variables::{
    ATTEMPTS_MINUTES, ATTEMPTS_PER_ADDRESS_MAX, ATTEMPTS_PER_NAME_MAX, ATTEMPTS_PER_NAME_TOTAL_MAX, CODE_HOURS,
    HASHES_AT_ONCE, HOSTS, PASSWORD_CHARACTERS_MIN, PUBLIC_URL, REQUESTS_PER_PERSON_MAX, SESSION_HOURS_MAX,
    SESSION_IDLE_MINUTES, SESSIONS_PER_USER_MAX, TRUSTED_PROXIES,
};
use super::{count, size};

/// From where the server may be asked.
#[derive(Clone, Debug, Default)]
pub struct PublicAddress {
    /// What people open.
    pub url: Option<Url>,
    /// Other names of the server, in lower case.
    pub hosts: Vec<String>,
    /// Whose word on addresses and encryption counts.
    pub proxies: Vec<IpAddr>,
}

impl PublicAddress {
    pub(super) fn read(source: &mut Source) -> Self {
        let url = source.optional_text(&PUBLIC_URL).and_then(|text| {
            let url =
                Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.path() == "/");
            if url.is_none() {
                source.add_problem(
                    &PUBLIC_URL,
                    &format!(
                        "'{text}' no sirve; escriba https://klk.ejemplo.com, sin ruta: las páginas no funcionan bajo \
                         una ruta, y un subdominio sí"
                    ),
                );
            }
            url
        });
        let proxies = list(source.optional_text(&TRUSTED_PROXIES)).into_iter().filter_map(|text| {
            let proxy = text.parse().ok();
            if proxy.is_none() {
                source.add_problem(&TRUSTED_PROXIES, &format!("'{text}' no es una dirección IP"));
            }
            proxy
        });
        let proxies = proxies.collect();
        let hosts: Vec<String> =
            list(source.optional_text(&HOSTS)).into_iter().map(|host| host.to_lowercase()).collect();
        for host in hosts.iter().filter(|host| !is_host(host)) {
            source.add_problem(
                &HOSTS,
                &format!("'{host}' no es un nombre; escriba klk.ejemplo.com, sin https:// ni puerto"),
            );
        }
        Self { url, hosts, proxies }
    }
}

/// Whether this is a name alone, without a port.
fn is_host(text: &str) -> bool {
    text.parse::<Authority>().is_ok_and(|authority| authority.host() == text)
}

/// The parts of a list that are separated by commas.
pub(super) fn list(text: Option<String>) -> Vec<String> {
    let text = text.unwrap_or_default();
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Limits of signing in.
pub(super) fn limits(source: &mut Source) -> AccessSettings {
    let hours = |hours: u64| SignedDuration::from_hours(i64::try_from(hours).unwrap_or(i64::MAX / 3600));
    let minutes = |minutes: u64| SignedDuration::from_mins(i64::try_from(minutes).unwrap_or(i64::MAX / 60));
    let defaults = AccessSettings::default();
    AccessSettings {
        session_max: hours(source.number(&SESSION_HOURS_MAX)),
        idle_max: minutes(source.number(&SESSION_IDLE_MINUTES)),
        sessions_per_user_max: size(source, &SESSIONS_PER_USER_MAX),
        code_valid: hours(source.number(&CODE_HOURS)),
        password_characters_min: size(source, &PASSWORD_CHARACTERS_MIN),
        hashes_at_once: size(source, &HASHES_AT_ONCE),
        attempts_per_name_max: count(source, &ATTEMPTS_PER_NAME_MAX),
        attempts_per_name_total_max: count(source, &ATTEMPTS_PER_NAME_TOTAL_MAX),
        attempts_per_address_max: count(source, &ATTEMPTS_PER_ADDRESS_MAX),
        attempts_period: Duration::from_secs(60 * source.number(&ATTEMPTS_MINUTES)),
        requests_per_person_max: count(source, &REQUESTS_PER_PERSON_MAX),
        ..defaults
    }
}
