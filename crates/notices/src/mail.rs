//! Sending by e-mail.

use std::time::{Duration, UNIX_EPOCH};

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{AsyncSmtpTransport, Error};
use lettre::{AsyncTransport as _, Tokio1Executor};
use secrecy::ExposeSecret;

use crate::SendError;
use crate::channel::{Encryption, MailRoute};
use crate::network::resolve;
use crate::transport::Outgoing;

pub(crate) async fn send(
    route: &MailRoute,
    allows_private: bool,
    limit: Duration,
    message: &Outgoing,
) -> Result<(), SendError> {
    let mail = compose(route, message).ok_or(SendError::Message)?;
    let addresses = resolve(&route.host, route.port, allows_private).await?;
    let address = addresses.first().ok_or(SendError::Unresolved)?;
    // The address that was checked is the one that is connected to; the certificate is that of the name.
    let parameters = || TlsParameters::new(route.host.clone()).map_err(|_| SendError::Encryption);
    let tls = match route.encryption {
        Encryption::Tls => Tls::Wrapper(parameters()?),
        Encryption::StartTls => Tls::Required(parameters()?),
        Encryption::None => Tls::None,
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(address.ip().to_string())
        .port(route.port)
        .tls(tls)
        .timeout(Some(limit))
        .hello_name(ClientId::Domain(domain_of(&route.from)));
    if let Some((user, password)) = &route.credentials {
        builder = builder.credentials(Credentials::new(user.clone(), password.expose_secret().to_owned()));
    }
    builder.build().send(mail).await.map(drop).map_err(|error| reason(&error))
}

fn compose(route: &MailRoute, message: &Outgoing) -> Option<Message> {
    let from: Mailbox = route.from.parse().ok()?;
    let domain = domain_of(&route.from);
    let mut mail = Message::builder()
        .message_id(Some(format!("<{}@{domain}>", message.id.simple())))
        .date(UNIX_EPOCH.checked_add(Duration::from_secs(u64::try_from(message.at.as_second()).ok()?))?)
        .subject(&message.text.title)
        .from(from);
    for recipient in &route.to {
        mail = mail.to(recipient.parse().ok()?);
    }
    let mut body = message.text.body.clone();
    if !message.link.is_empty() {
        body.push_str("\n\n");
        body.push_str(&message.link);
    }
    body.push('\n');
    mail.header(ContentType::TEXT_PLAIN).body(body).ok()
}

/// What is after the @ of an address.
fn domain_of(address: &str) -> String {
    let parsed = address.parse::<Mailbox>().ok();
    parsed.map_or_else(|| "localhost".to_owned(), |mailbox| mailbox.email.domain().to_owned())
}

fn reason(error: &Error) -> SendError {
    if let Some(code) = error.status() {
        return SendError::Smtp(u16::from(code));
    }
    match error {
        error if error.is_timeout() => SendError::TimedOut,
        error if error.is_tls() => SendError::Encryption,
        _ => SendError::Unreachable,
    }
}
