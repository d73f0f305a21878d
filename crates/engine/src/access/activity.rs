//! What happens too often to be written each time: when sessions are used, and what failed. It is counted in memory and stored
//! at intervals, so that a flood of attempts does not reach the writer.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use domain::access::AuditAction;
use domain::decision::Origin;

use crate::actor::Actor;

/// Different things that are counted between two times of storing; what is beyond is counted together.
const KEYS_MAX: usize = 200;
const OTHERS: &str = "otros";

/// What is counted apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Counted {
    pub(crate) action: AuditAction,
    pub(crate) actor: String,
    pub(crate) origin: Origin,
    pub(crate) address: Option<IpAddr>,
    pub(crate) object: String,
}

/// What was counted since it was stored last.
#[derive(Default)]
pub(crate) struct Activity {
    counts: Mutex<HashMap<Counted, u64>>,
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
        self.count(Counted { action, actor: name.clone(), origin, address, object: name });
    }

    pub(crate) fn count_refused(&self, actor: &Actor, endpoint: &'static str) {
        self.count(Counted {
            action: AuditAction::Refused,
            actor: actor.name.clone(),
            origin: actor.origin,
            address: actor.address,
            object: endpoint.to_owned(),
        });
    }

    fn count(&self, key: Counted) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let is_known = counts.contains_key(&key);
        let key = if is_known || counts.len() < KEYS_MAX {
            key
        } else {
            Counted { actor: OTHERS.to_owned(), address: None, object: OTHERS.to_owned(), ..key }
        };
        *counts.entry(key).or_default() += 1;
    }

    pub(crate) fn take(&self) -> HashMap<Counted, u64> {
        std::mem::take(&mut *self.counts.lock().unwrap_or_else(PoisonError::into_inner))
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
