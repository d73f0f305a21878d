//! The way to channels, behind a trait: what is queued does not know who carries it.

use std::pin::Pin;

use jiff::Timestamp;
use uuid::Uuid;

use crate::channel::Channel;
use crate::{SendError, Text};

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
