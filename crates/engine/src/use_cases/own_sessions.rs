//! The browsers in which somebody is signed in, and ending one of them from another.

use domain::access::AuditAction;
use jiff::civil::DateTime;
use uuid::Uuid;

use crate::access::Identity;
use crate::access_audit::entry;
use crate::{Engine, UseCaseError};

/// A session of the signed-in user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnSession {
    /// Which one. It signs nobody in.
    pub id: Uuid,
    /// When it began, on the chain's clock.
    pub created_at: DateTime,
    /// Its last request, on the chain's clock.
    pub seen_at: DateTime,
    /// Whether it is the session of the current request.
    pub is_this: bool,
}

impl Engine {
    /// The user's open sessions, the current one first and then the most recently used; empty for a caller without a session.
    pub fn own_sessions(&self, identity: &Identity) -> Vec<OwnSession> {
        let Some(this) = self.session_of(identity) else { return Vec::new() };
        let (now, idle_max) = (self.clock.now(), self.access.settings.idle_max);
        let zone = &self.settings.schedules.zone;
        let state = self.access.read();
        let open = state.sessions_of(this.user).filter(|session| session.is_open(now, idle_max));
        let mut own: Vec<OwnSession> = open
            .map(|session| OwnSession {
                id: session.id,
                created_at: zone.to_datetime(session.created_at),
                seen_at: zone.to_datetime(session.seen_at()),
                is_this: session.id == this.id,
            })
            .collect();
        own.sort_by_key(|session| (!session.is_this, std::cmp::Reverse(session.seen_at)));
        own
    }

    /// Ends one of the user's own sessions.
    pub async fn end_own_session(&self, identity: &Identity, session: Uuid) -> Result<(), UseCaseError> {
        let this = self.session_of(identity).ok_or(UseCaseError::NotSignedIn)?;
        let is_own = self.access.read().sessions_of(this.user).any(|own| own.id == session);
        if !is_own {
            return Err(UseCaseError::UnknownSession);
        }
        // It ends now, whatever the database says.
        self.access.change(|state| state.forget(&[session]));
        let audit = entry(self, &identity.actor, AuditAction::EndSessions, &identity.actor.name);
        Ok(self.warehouse.end_sessions(vec![session], audit).await?)
    }
}
