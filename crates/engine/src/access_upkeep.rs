//! What happens too often to be written each time is stored at intervals, sessions that have ended are forgotten, and the head of
//! the audit is logged.

use jiff::{SignedDuration, Timestamp};
use warehouse::AuditEntry;

use crate::engine::Engine;

/// How often the head of the audit chain is logged. The log is kept elsewhere, so the head reveals a chain that was cut off or rewritten.
const HEAD_INTERVAL: SignedDuration = SignedDuration::from_hours(24);

/// Stores what was counted, until the engine ends.
pub(crate) async fn keep(engine: Engine) {
    let mut head_logged_at: Option<Timestamp> = None;
    loop {
        let is_last = tokio::select! {
            () = tokio::time::sleep(engine.access.settings.store_interval) => false,
            () = engine.stopped() => true,
        };
        store(&engine).await;
        let now = engine.clock.now();
        if is_last || head_logged_at.is_none_or(|logged_at| now.duration_since(logged_at).abs() >= HEAD_INTERVAL) {
            head_logged_at = Some(now);
            log_head(&engine).await;
        }
        if is_last {
            return;
        }
    }
}

async fn log_head(engine: &Engine) {
    match engine.warehouse.audit_head().await {
        Ok(Some((entries, head))) => tracing::info!(entries, head, "head of the audit"),
        Ok(None) => {}
        Err(error) => tracing::warn!(%error, "the head of the audit could not be read"),
    }
}

async fn store(engine: &Engine) {
    let now = engine.clock.now();
    let idle_max = engine.access.settings.idle_max;
    let mut seen = Vec::new();
    let mut ended = Vec::new();
    for session in engine.access.read().sessions.values() {
        seen.extend(session.unstored_seen_at().map(|at| (session.id, at)));
        if !session.is_open(now, idle_max) {
            ended.push(session.id);
        }
    }
    let counted: Vec<AuditEntry> = engine
        .access
        .activity
        .take()
        .into_iter()
        .map(|(key, times)| AuditEntry {
            id: engine.new_id(),
            at: now,
            actor: key.actor,
            origin: key.origin,
            address: key.address.map(|address| address.to_string()),
            action: key.action,
            object: key.object,
            times,
        })
        .collect();
    if !(seen.is_empty() && counted.is_empty())
        && let Err(error) = engine.warehouse.record_activity(seen, counted).await
    {
        tracing::warn!(%error, "what was counted of sign-ins could not be stored");
    }
    if !ended.is_empty() {
        engine.access.change(|state| state.forget(&ended));
    }
}
