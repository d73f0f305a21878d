//! Notices to people who are not looking: when, and the channels of `[[canales]]`.

use std::collections::HashSet;

use engine::NoticeSettings;
use jiff::SignedDuration;
use jiff::civil::Time;
use notices::{Channel, Encryption, Language, MailRoute, Preset, Route, Rules, WebhookRoute};
use rust_decimal::Decimal;
use secrecy::SecretString;
use serde::Deserialize;

use super::source::{CHANNELS_KEY, Source};
use super::variables::{
    NOTICE_DIGEST_HOUR, NOTICE_GIVE_UP_HOURS, NOTICE_KEPT_DAYS, NOTICE_LANGUAGE, NOTICE_LOOK_SECONDS,
    NOTICE_OVERDUE_MINUTES, NOTICE_PAUSE_MINUTES_MAX, NOTICE_PAUSE_SECONDS, NOTICE_REPEAT_MINUTES, NOTICE_RETRIES_MIN,
    NOTICE_USD_MIN,
};
use super::{count, seconds};

/// What switches the digest off.
const NEVER: &str = "nunca";
const MAIL: &str = "correo";
const TIMEOUT_SECONDS: u64 = 20;

/// A channel as it is written down. What is secret may stand in a variable of the environment instead, which
/// `…_variable` names.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChannelEntry {
    nombre: String,
    tipo: String,
    #[serde(default = "both_rules")]
    reglas: Vec<String>,
    #[serde(default)]
    redes_privadas: bool,
    #[serde(default = "default_timeout")]
    espera_segundos: u64,
    // E-mail.
    servidor: Option<String>,
    puerto: Option<u16>,
    cifrado: Option<String>,
    usuario: Option<String>,
    clave: Option<SecretString>,
    clave_variable: Option<String>,
    de: Option<String>,
    #[serde(default)]
    para: Vec<String>,
    // Webhooks.
    direccion: Option<SecretString>,
    direccion_variable: Option<String>,
    secreto: Option<SecretString>,
    secreto_variable: Option<String>,
    token: Option<SecretString>,
    token_variable: Option<String>,
    destino: Option<String>,
    plantilla: Option<String>,
}

fn both_rules() -> Vec<String> {
    [AT_ONCE, DIGEST].map(str::to_owned).to_vec()
}

const AT_ONCE: &str = "enseguida";
const DIGEST: &str = "resumen";

const fn default_timeout() -> u64 {
    TIMEOUT_SECONDS
}

pub(super) fn read(source: &mut Source, public_url: Option<String>) -> NoticeSettings {
    let minutes = |minutes: u64| SignedDuration::from_mins(i64::try_from(minutes).unwrap_or(i64::MAX / 60));
    let hours = |hours: u64| SignedDuration::from_hours(i64::try_from(hours).unwrap_or(i64::MAX / 3600));
    let repeat = source.number(&NOTICE_REPEAT_MINUTES);
    NoticeSettings {
        channels: channels(source),
        language: if source.choice(&NOTICE_LANGUAGE) == "en" { Language::English } else { Language::Spanish },
        overdue_min: minutes(source.number(&NOTICE_OVERDUE_MINUTES)),
        retries_min: count(source, &NOTICE_RETRIES_MIN),
        usd_min: Decimal::from(source.number(&NOTICE_USD_MIN)),
        repeat_after: (repeat > 0).then(|| minutes(repeat)),
        digest_at: digest_hour(source),
        look_interval: seconds(source, &NOTICE_LOOK_SECONDS),
        pause_first: SignedDuration::from_secs(i64::from(count(source, &NOTICE_PAUSE_SECONDS))),
        pause_max: minutes(source.number(&NOTICE_PAUSE_MINUTES_MAX)),
        give_up_after: hours(source.number(&NOTICE_GIVE_UP_HOURS)),
        kept: hours(24 * source.number(&NOTICE_KEPT_DAYS)),
        public_url,
    }
}

fn digest_hour(source: &mut Source) -> Option<Time> {
    let text = source.text(&NOTICE_DIGEST_HOUR);
    let at = if text == NEVER { None } else { Time::strptime("%H:%M", &text).ok() };
    if at.is_none() && text != NEVER {
        source.add_problem(&NOTICE_DIGEST_HOUR, &format!("'{text}' no es una hora; escriba 07:30, o nunca"));
    }
    at
}

fn channels(source: &mut Source) -> Vec<Channel> {
    let entries: Vec<ChannelEntry> = source.entries(CHANNELS_KEY);
    let mut names = HashSet::new();
    let mut channels = Vec::new();
    for entry in entries {
        let name = entry.nombre.trim().to_owned();
        let mut problems = Vec::new();
        if name.is_empty() || !names.insert(name.clone()) {
            problems.push("el nombre falta o está dos veces".to_owned());
        }
        let channel = channel(source, entry, &mut problems);
        problems.extend(channel.iter().flat_map(Channel::problems));
        source.problems.extend(problems.iter().map(|problem| format!("[[{CHANNELS_KEY}]] {name}: {problem}")));
        channels.extend(channel);
    }
    channels
}

fn channel(source: &Source, entry: ChannelEntry, problems: &mut Vec<String>) -> Option<Channel> {
    for rule in entry.reglas.iter().filter(|rule| ![AT_ONCE, DIGEST].contains(&rule.as_str())) {
        problems.push(format!("reglas: '{rule}' no existe; valen {AT_ONCE} y {DIGEST}"));
    }
    if !(1..=120).contains(&entry.espera_segundos) {
        problems.push("espera_segundos: se espera de 1 a 120".to_owned());
    }
    let has = |rule: &str| entry.reglas.iter().any(|known| known == rule);
    let rules = Rules { at_once: has(AT_ONCE), digest: has(DIGEST) };
    let (name, allows_private) = (entry.nombre.trim().to_owned(), entry.redes_privadas);
    let timeout = std::time::Duration::from_secs(entry.espera_segundos.clamp(1, 120));
    let preset = Preset::ALL.into_iter().find(|preset| preset.as_str() == entry.tipo);
    let route = match (entry.tipo.as_str(), preset) {
        (MAIL, _) => Route::Mail(mail(source, entry, problems)),
        (_, Some(preset)) => Route::Webhook(webhook(source, entry, preset, problems)),
        (unknown, None) => {
            let known = Preset::ALL.map(Preset::as_str).join(", ");
            problems.push(format!("tipo: '{unknown}' no existe; valen {MAIL}, {known}"));
            return None;
        }
    };
    Some(Channel { name, rules, route, allows_private, timeout })
}

fn mail(source: &Source, entry: ChannelEntry, problems: &mut Vec<String>) -> MailRoute {
    let encryption = match entry.cifrado.as_deref() {
        None | Some("starttls") => Encryption::StartTls,
        Some("tls") => Encryption::Tls,
        Some("ninguno") => Encryption::None,
        Some(unknown) => {
            problems.push(format!("cifrado: '{unknown}' no existe; valen tls, starttls y ninguno"));
            Encryption::StartTls
        }
    };
    let port = match encryption {
        Encryption::Tls => 465,
        Encryption::StartTls => 587,
        Encryption::None => 25,
    };
    let password = secret(source, "clave", entry.clave, entry.clave_variable, problems);
    let credentials = match (entry.usuario, password) {
        (Some(user), Some(password)) => Some((user, password)),
        (None, None) => None,
        _ => {
            problems.push("usuario y clave van juntos".to_owned());
            None
        }
    };
    MailRoute {
        host: entry.servidor.unwrap_or_default(),
        port: entry.puerto.unwrap_or(port),
        encryption,
        credentials,
        from: entry.de.unwrap_or_default(),
        to: entry.para,
    }
}

fn webhook(source: &Source, entry: ChannelEntry, preset: Preset, problems: &mut Vec<String>) -> WebhookRoute {
    let url = secret(source, "direccion", entry.direccion, entry.direccion_variable, problems);
    WebhookRoute {
        preset,
        url: url.unwrap_or_default(),
        secret: secret(source, "secreto", entry.secreto, entry.secreto_variable, problems),
        token: secret(source, "token", entry.token, entry.token_variable, problems),
        target: entry.destino.unwrap_or_default(),
        template: entry.plantilla,
    }
}

/// What was written, or what the variable holds that was named instead.
fn secret(
    source: &Source,
    name: &str,
    written: Option<SecretString>,
    variable: Option<String>,
    problems: &mut Vec<String>,
) -> Option<SecretString> {
    let Some(variable) = variable else { return written };
    let value = source.environment_text(&variable);
    if value.is_none() {
        problems.push(format!("{name}_variable: la variable {variable} no está en el entorno"));
    }
    value.map(SecretString::from)
}
