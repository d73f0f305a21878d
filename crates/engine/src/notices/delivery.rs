//! Delivers what waits in the outbox: a task for each channel, so that one that hangs holds no other up. Messages of a channel
//! arrive in the order in which they were queued.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use notices::{Channel, Notice, Outgoing, SendError};
use warehouse::{AttemptOutcome, DeliveryRow, WarehouseError};

use crate::engine::Engine;
use crate::notice_office::NoticeSettings;

/// Delivers until the engine stops.
pub(crate) async fn deliver(engine: Engine, channel: Channel) {
    let (mut stopping, mut queued) = (engine.stopping.subscribe(), engine.notices.queued.subscribe());
    while !*stopping.borrow_and_update() {
        queued.borrow_and_update();
        let work = AssertUnwindSafe(deliver_due(&engine, &channel));
        tokio::select! {
            outcome = work.catch_unwind() => match outcome {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::error!(channel = channel.name, %error, "the outbox of notices could not be read"),
                Err(_) => tracing::error!(channel = channel.name, "delivering notices panicked"),
            },
            // What was being sent is sent again, under the same identifier.
            _ = stopping.changed() => return,
        }
        tokio::select! {
            () = tokio::time::sleep(pause(&engine)) => {}
            _ = queued.changed() => {}
            _ = stopping.changed() => return,
        }
    }
}

/// The clock may be set, so waits are short and end by looking at it.
fn pause(engine: &Engine) -> Duration {
    engine.settings.nap_max.min(engine.settings.notices.look_interval)
}

async fn deliver_due(engine: &Engine, channel: &Channel) -> Result<(), WarehouseError> {
    // One process delivers, so that nothing is delivered twice.
    if !engine.membership.leads() {
        return Ok(());
    }
    while let Some(delivery) = engine.warehouse.next_delivery(channel.name.clone()).await? {
        if delivery.next_at > engine.clock.now() {
            return Ok(());
        }
        let sent = send(engine, channel, &delivery).await;
        let now = engine.clock.now();
        let outcome = outcome(&engine.settings.notices, &delivery, sent, now);
        let is_first_failure = engine.warehouse.end_attempt(&delivery, outcome.clone(), now).await?;
        log(channel, &outcome, is_first_failure);
        if matches!(outcome, AttemptOutcome::Retry { .. }) {
            return Ok(());
        }
    }
    Ok(())
}

async fn send(engine: &Engine, channel: &Channel, delivery: &DeliveryRow) -> Result<(), SendError> {
    let notice: Notice = serde_json::from_str(&delivery.notice).map_err(|_| SendError::Message)?;
    let settings = &engine.settings.notices;
    let link = settings.public_url.as_ref().map(|url| format!("{}{}", url.trim_end_matches('/'), notice.path()));
    let message = Outgoing {
        id: delivery.id,
        at: engine.clock.now(),
        text: settings.language.write(&notice),
        link: link.unwrap_or_default(),
    };
    engine.notices.transport.send(channel, &message).await
}

fn outcome(
    settings: &NoticeSettings,
    delivery: &DeliveryRow,
    sent: Result<(), SendError>,
    now: Timestamp,
) -> AttemptOutcome {
    let Err(error) = sent else { return AttemptOutcome::Delivered };
    let is_old = now.duration_since(delivery.created_at) >= settings.give_up_after;
    if error.is_final() || is_old {
        return AttemptOutcome::GivenUp { error: error.to_string() };
    }
    let next_at = now.checked_add(backoff(settings, delivery.attempts)).unwrap_or(now);
    AttemptOutcome::Retry { next_at, error: error.to_string() }
}

/// It doubles with each attempt that failed before.
fn backoff(settings: &NoticeSettings, attempts: u32) -> SignedDuration {
    let factor = 1i32.checked_shl(attempts.min(20)).unwrap_or(i32::MAX);
    settings.pause_first.checked_mul(factor).unwrap_or(settings.pause_max).min(settings.pause_max)
}

/// Reported as an error once an outage; the log of deliveries has each attempt.
fn log(channel: &Channel, outcome: &AttemptOutcome, is_first_failure: bool) {
    let channel = &channel.name;
    match outcome {
        AttemptOutcome::Delivered => tracing::info!(channel, "a notice was delivered"),
        AttemptOutcome::Retry { error, .. } | AttemptOutcome::GivenUp { error } if is_first_failure => {
            tracing::error!(channel, reason = error, "notices are not delivered");
        }
        AttemptOutcome::Retry { error, .. } => {
            tracing::info!(channel, reason = error, "a notice was not delivered and is tried again");
        }
        AttemptOutcome::GivenUp { error } => {
            tracing::warn!(channel, reason = error, "a notice was not delivered and is given up");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let settings = NoticeSettings::default();
        let pauses: Vec<i64> = [0, 1, 4, 5, 40].map(|attempts| backoff(&settings, attempts).as_secs()).to_vec();
        assert_eq!(pauses, [30, 60, 480, 900, 900]);
    }
}
