//! The way to channels, behind a trait: what is queued does not know who carries it.

use std::collections::HashMap;
use std::pin::Pin;

use jiff::Timestamp;
use tokio::net::TcpStream;
use tokio::time::timeout;
use uuid::Uuid;

use crate::channel::{Channel, Route};
use crate::network::resolve;
use crate::webhook::Webhook;
use crate::{SendError, Text, mail};

/// One message to one channel.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// The same at each attempt.
    pub id: Uuid,
    /// When this attempt is made.
    pub at: Timestamp,
    /// What it says.
    pub text: Text,
    /// The page on which something can be done about it; empty where the address of the pages is not configured.
    pub link: String,
}

/// A message on its way.
pub type Sending<'work> = Pin<Box<dyn Future<Output = Result<(), SendError>> + Send + 'work>>;

/// Carries messages to channels.
pub trait Transport: Send + Sync + 'static {
    /// Delivers a message, within the channel's limit of time.
    fn send<'work>(&'work self, channel: &'work Channel, message: &'work Outgoing) -> Sending<'work>;
}

/// By the network.
#[derive(Default)]
pub struct NetworkTransport {
    webhooks: HashMap<String, Webhook>,
}

impl NetworkTransport {
    /// For these channels; one that no client can be made for fails at each message.
    pub fn new(channels: &[Channel]) -> Self {
        let webhook = |channel: &Channel| match &channel.route {
            Route::Webhook(_) => Webhook::new(channel.allows_private).map(|client| (channel.name.clone(), client)),
            Route::Mail(_) => None,
        };
        Self { webhooks: channels.iter().filter_map(webhook).collect() }
    }

    /// Whether somebody is there; nothing is sent.
    pub async fn check(channel: &Channel) -> Result<(), SendError> {
        let (host, port) = match &channel.route {
            Route::Mail(mail) => (mail.host.clone(), mail.port),
            Route::Webhook(webhook) => webhook.host_and_port().ok_or(SendError::Unresolved)?,
        };
        let work = async {
            let addresses = resolve(&host, port, channel.allows_private).await?;
            TcpStream::connect(&*addresses).await.map(drop).map_err(|_| SendError::Unreachable)
        };
        timeout(channel.timeout, work).await.unwrap_or(Err(SendError::TimedOut))
    }

    async fn carry(&self, channel: &Channel, message: &Outgoing) -> Result<(), SendError> {
        match &channel.route {
            Route::Mail(route) => mail::send(route, channel.allows_private, channel.timeout, message).await,
            Route::Webhook(route) => {
                let webhook = self.webhooks.get(&channel.name).ok_or(SendError::Encryption)?;
                webhook.send(route, channel.allows_private, message).await
            }
        }
    }
}

impl Transport for NetworkTransport {
    fn send<'work>(&'work self, channel: &'work Channel, message: &'work Outgoing) -> Sending<'work> {
        Box::pin(async move {
            timeout(channel.timeout, self.carry(channel, message)).await.unwrap_or(Err(SendError::TimedOut))
        })
    }
}
