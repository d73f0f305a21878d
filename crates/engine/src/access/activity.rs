//! What happens too often to be written each time: when sessions are used, and what failed. It is counted in memory and stored
//! at intervals, so that a flood of attempts does not reach the writer.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use domain::access::AuditAction;
use domain::decision::Origin;
use jiff::{SignedDuration, Timestamp};
use warehouse::AuditEntry;

use crate::actor::Actor;
use crate::engine::Engine;

/// Different things that are counted between two times of storing; what is beyond is counted together.
const KEYS_MAX: usize = 200;
const OTHERS: &str = "otros";

/// What is counted apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    action: AuditAction,
    actor: String,
    origin: Origin,
    address: Option<IpAddr>,
    object: String,
}

/// What was counted since it was stored last.
#[derive(Default)]
pub(crate) struct Activity {
    counts: Mutex<HashMap<Key, u64>>,
}

impl Activity {
    /// An attempt to sign in that came to nothing. The name is one that could be a user's, or nothing.
    pub(crate) fn count_attempt(
        &self,
        action: AuditAction,
        name: Option<&str>,
        origin: Origin,
        address: Option<IpAddr>,
    ) {
        let name = name.unwrap_or("(sin nombre válido)").to_owned();
        self.count(Key { action, actor: name.clone(), origin, address, object: name });
    }

    pub(crate) fn count_refused(&self, actor: &Actor, endpoint: &'static str) {
        self.count(Key {
            action: AuditAction::Refused,
            actor: actor.name.clone(),
            origin: actor.origin,
            address: actor.address,
            object: endpoint.to_owned(),
        });
    }

    fn count(&self, key: Key) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let is_known = counts.contains_key(&key);
        let key = if is_known || counts.len() < KEYS_MAX {
            key
        } else {
            Key { actor: OTHERS.to_owned(), address: None, object: OTHERS.to_owned(), ..key }
        };
        *counts.entry(key).or_default() += 1;
    }

    fn take(&self) -> HashMap<Key, u64> {
        std::mem::take(&mut *self.counts.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

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
            tell_head(&engine).await;
        }
        if is_last {
            return;
        }
    }
}

async fn tell_head(engine: &Engine) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_a_few_rows_with_its_number() {
        let activity = Activity::default();
        for number in 0..1000 {
            let name = format!("n{number}");
            activity.count_attempt(AuditAction::SignInFailed, Some(&name), Origin::Web, None);
        }
        let counts = activity.take();
        assert_eq!(counts.len(), KEYS_MAX + 1);
        assert_eq!(counts.values().sum::<u64>(), 1000);
        assert!(activity.take().is_empty());
    }
}
