//! Notices to people who are not looking: what they say ([`Notice`], [`Language`]), where they go ([`Channel`]), how they are
//! signed ([`signature`]) and filled in ([`template`]), and the way there ([`Transport`]).
//!
//! Nothing here decides when somebody is notified, and nothing is stored: the engine has the rules and the outbox.

mod channel;
mod error;
mod mail;
mod network;
mod network_transport;
mod notice;
pub mod signature;
pub mod template;
mod text;
mod transport;
mod webhook;

pub use channel::{Channel, Encryption, MailRoute, Preset, Route, Rules, WebhookRoute};
pub use error::SendError;
pub use network::is_public;
pub use network_transport::NetworkTransport;
pub use notice::{Missing, Notice};
pub use text::{Language, Text};
pub use transport::{Outgoing, Sending, Transport};
