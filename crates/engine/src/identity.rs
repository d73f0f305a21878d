//! Who asks, as the engine knows them.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use domain::decision::Origin;
use tokio::sync::watch;

use crate::access::{Credentials, Identity, Session};
use crate::actor::Actor;
use crate::engine::Engine;

/// What the audit has instead of an endpoint, where somebody makes more requests than they may.
const TOO_MANY_REQUESTS: &str = "demasiadas_peticiones";

impl Engine {
    /// Who presents this, from where. Somebody unknown is nobody, not an error: what they may is for the use case to say.
    pub fn identify(&self, credentials: Credentials<'_>, origin: Origin, address: Option<IpAddr>) -> Identity {
        self.access.identify(credentials, (origin, address), self.clock.now())
    }

    /// Whether they may still do just what they could; a session that ended, another role or other stores say no.
    pub fn is_still(&self, identity: &Identity) -> bool {
        self.access.is_still(identity, self.clock.now())
    }

    /// Changes with everything that may make [`Engine::is_still`] say something else, but for the passing of time.
    pub fn access_changes(&self) -> watch::Receiver<u64> {
        self.access.changes()
    }

    /// Counts that somebody asked for what they may not.
    pub fn note_refused(&self, actor: &Actor, endpoint: &'static str) {
        self.access.activity.count_refused(actor, endpoint);
    }

    /// Counts a request of theirs, or says how long until they may make one; what is refused is counted in the audit. Nobody has no
    /// limit: they are shown nothing.
    pub fn take_request(&self, identity: &Identity) -> Result<(), Duration> {
        let actor = &identity.actor;
        if !actor.is_somebody() {
            return Ok(());
        }
        self.access.request_limit.take(&actor.name).inspect_err(|_| self.note_refused(actor, TOO_MANY_REQUESTS))
    }

    pub(crate) fn session_of(&self, identity: &Identity) -> Option<Arc<Session>> {
        self.access.session_of(identity)
    }
}
