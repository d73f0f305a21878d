//! Trying a channel of notices.

use super::done;
use crate::api::try_notice;
use crate::page::Outcome;
use crate::preferences::language;
use crate::query::NOTICES;
use crate::values::Values;

/// Queues a message that says that it is a test; the log of deliveries says what became of it.
pub async fn send_trial(values: Values) -> Outcome {
    let channel = values.get("canal").unwrap_or_default();
    match try_notice(channel.clone()).await {
        Ok(()) => done(NOTICES.path, language().notices().trial_queued(channel)),
        Err(error) => done(NOTICES.path, error.to_string()),
    }
}
