//! Where notices go, as klk.toml says it.

use std::time::Duration;

use lettre::message::Mailbox;
use secrecy::{ExposeSecret, SecretString};

use crate::template::{Filling, fill};
use crate::{Text, signature};

/// A channel: a mail server with its recipients, or an address that takes webhooks.
#[derive(Clone, Debug)]
pub struct Channel {
    /// As people call it.
    pub name: String,
    /// What is sent there.
    pub rules: Rules,
    /// The way there.
    pub route: Route,
    /// Whether it may lead into a private network.
    pub allows_private: bool,
    /// For one attempt as a whole.
    pub timeout: Duration,
}

/// What is sent to a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// What is worth a notice of its own, at once.
    pub at_once: bool,
    /// The digest of the rest.
    pub digest: bool,
}

/// The way to a channel.
#[derive(Clone, Debug)]
pub enum Route {
    /// By e-mail.
    Mail(MailRoute),
    /// By a request.
    Webhook(WebhookRoute),
}

/// A mail server.
#[derive(Clone, Debug)]
pub struct MailRoute {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How it is spoken to.
    pub encryption: Encryption,
    /// With what one signs in there.
    pub credentials: Option<(String, SecretString)>,
    /// Who sends.
    pub from: String,
    /// Who receives.
    pub to: Vec<String>,
}

/// How a mail server is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// Encrypted from the first byte.
    Tls,
    /// Encrypted after the greeting, or not at all.
    StartTls,
    /// In the clear, as to a relay on this machine.
    None,
}

/// An address that takes webhooks.
#[derive(Clone, Debug)]
pub struct WebhookRoute {
    /// Whose it is.
    pub preset: Preset,
    /// The address; as it often is all that one needs to send, it is a secret.
    pub url: SecretString,
    /// What messages are signed with.
    pub secret: Option<SecretString>,
    /// What the request presents (`Authorization: Bearer`).
    pub token: Option<SecretString>,
    /// The chat or the number.
    pub target: String,
    /// Of the body; None for that of the preset.
    pub template: Option<String>,
}

/// A service whose body of a message is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// Whatever takes Standard Webhooks.
    Plain,
    /// An incoming webhook of Slack.
    Slack,
    /// `sendMessage` of a bot of Telegram.
    Telegram,
    /// Messages of WhatsApp Cloud.
    WhatsApp,
}

impl Preset {
    /// Every preset.
    pub const ALL: [Self; 4] = [Self::Plain, Self::Slack, Self::Telegram, Self::WhatsApp];

    /// The word of klk.toml.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "webhook",
            Self::Slack => "slack",
            Self::Telegram => "telegram",
            Self::WhatsApp => "whatsapp",
        }
    }

    /// The body of a message.
    pub const fn template(self) -> &'static str {
        match self {
            Self::Plain => r#"{"id":"{{id}}","titulo":"{{titulo}}","texto":"{{texto}}","enlace":"{{enlace}}"}"#,
            Self::Slack => r#"{"text":"*{{titulo}}*\n{{texto}}\n{{enlace}}"}"#,
            Self::Telegram => {
                r#"{"chat_id":"{{destino}}","text":"{{titulo}}\n{{texto}}\n{{enlace}}","disable_web_page_preview":true}"#
            }
            Self::WhatsApp => {
                r#"{"messaging_product":"whatsapp","recipient_type":"individual","to":"{{destino}}","type":"text","text":{"preview_url":false,"body":"{{titulo}}\n{{texto}}\n{{enlace}}"}}"#
            }
        }
    }

    const fn wants_target(self) -> bool {
        matches!(self, Self::Telegram | Self::WhatsApp)
    }
}

impl WebhookRoute {
    /// The template that counts.
    pub fn template(&self) -> &str {
        self.template.as_deref().unwrap_or(self.preset.template())
    }

    /// The host of the address; the rest is often secret.
    pub fn host(&self) -> Option<String> {
        reqwest::Url::parse(self.url.expose_secret()).ok()?.host_str().map(str::to_owned)
    }
}

impl Channel {
    /// What is wrong with it, a sentence each.
    pub fn problems(&self) -> Vec<String> {
        match &self.route {
            Route::Mail(mail) => mail.problems(),
            Route::Webhook(webhook) => webhook.problems(),
        }
    }

    /// `correo`, or whose webhook it is: the word of klk.toml.
    pub const fn kind(&self) -> &'static str {
        match &self.route {
            Route::Mail(_) => "correo",
            Route::Webhook(webhook) => webhook.preset.as_str(),
        }
    }

    /// Everything of it that must not be shown or logged.
    pub fn secrets(&self) -> Vec<&SecretString> {
        match &self.route {
            Route::Mail(mail) => mail.credentials.iter().map(|(_, password)| password).collect(),
            Route::Webhook(webhook) => {
                [Some(&webhook.url), webhook.secret.as_ref(), webhook.token.as_ref()].into_iter().flatten().collect()
            }
        }
    }

    /// Whether its messages are signed.
    pub const fn is_signed(&self) -> bool {
        matches!(&self.route, Route::Webhook(WebhookRoute { secret: Some(_), .. }))
    }

    /// Where it leads, as it may be shown: no secret is in it.
    pub fn shown_target(&self) -> String {
        match &self.route {
            Route::Mail(mail) => format!("{} · {}:{}", mail.to.join(", "), mail.host, mail.port),
            Route::Webhook(webhook) => webhook.host().unwrap_or_default(),
        }
    }
}

impl MailRoute {
    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.host.trim().is_empty() {
            problems.push("falta servidor".to_owned());
        }
        if self.to.is_empty() {
            problems.push("falta para: a quién se escribe".to_owned());
        }
        for address in std::iter::once(&self.from).chain(&self.to) {
            if address.parse::<Mailbox>().is_err() {
                problems.push(format!("'{address}' no es una dirección de correo"));
            }
        }
        if self.credentials.is_some() && self.encryption == Encryption::None {
            problems.push("con usuario y clave hace falta cifrado: tls o starttls".to_owned());
        }
        problems
    }
}

impl WebhookRoute {
    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        match reqwest::Url::parse(self.url.expose_secret()) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.host_str().is_some() => {
                if url.scheme() == "http" && self.token.is_some() {
                    problems.push("con token hace falta https".to_owned());
                }
            }
            // What was written may be a secret.
            _ => problems.push("direccion no es una dirección http o https".to_owned()),
        }
        if self.preset.wants_target() && self.target.is_empty() {
            problems.push("falta destino: el chat de Telegram o el número de WhatsApp".to_owned());
        }
        if let Some(Err(error)) = self.secret.as_ref().map(signature::key) {
            problems.push(format!("secreto: {error}"));
        }
        let text = Text { title: String::new(), body: String::new() };
        let filling = Filling { text: &text, link: "", target: "", id: "" };
        if let Err(error) = fill(self.template(), filling) {
            problems.push(format!("plantilla: {error}"));
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn webhook(preset: Preset, url: &str) -> WebhookRoute {
        let url = SecretString::from(url.to_owned());
        WebhookRoute { preset, url, secret: None, token: None, target: String::new(), template: None }
    }

    #[test]
    fn every_preset_is_a_template_that_can_be_filled_in() {
        for preset in Preset::ALL {
            let route = WebhookRoute { target: "1".to_owned(), ..webhook(preset, "https://example.com/x") };
            assert_eq!(route.problems(), Vec::<String>::new(), "{preset:?}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_without_the_secret() {
        let route = webhook(Preset::Telegram, "ftp://bot-secreto");
        let problems = route.problems().join("; ");
        assert!(problems.contains("direccion") && problems.contains("destino"), "{problems}");
        assert!(!problems.contains("secreto"), "{problems}");
        assert_eq!(
            webhook(Preset::Slack, "https://hooks.slack.com/services/T0/secreto").host().unwrap(),
            "hooks.slack.com"
        );
    }
}
