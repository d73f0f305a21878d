//! Carries messages over the network.

use std::collections::HashMap;

use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::channel::{Channel, Route};
use crate::network::resolve;
use crate::transport::{Outgoing, Sending, Transport};
use crate::webhook::Webhook;
use crate::{SendError, mail};

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
