//! Signing in and out.

use domain::access::{AuditAction, UserName};
use domain::decision::Origin;
use jiff::Timestamp;
use secrecy::SecretString;
use uuid::Uuid;
use warehouse::{AuditEntry, SessionRow, UserRow, WarehouseError};

use crate::access::{Identity, UserChange, hash_of, quotas, token};
use crate::access_audit::entry;
use crate::{Actor, Engine, UseCaseError};

/// Somebody tries to sign in.
#[derive(Debug)]
pub struct SignInRequest {
    /// As it was typed.
    pub name: String,
    /// As it was typed.
    pub password: SecretString,
    /// Who the browser was until now: nobody, or a session that ends with the new one.
    pub before: Identity,
}

/// A browser that is signed in.
#[derive(Debug)]
pub struct SignedIn {
    /// What its cookie has; stored nowhere.
    pub token: SecretString,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
}

impl Engine {
    /// Opens a session with a name and a password. Whether the name is unknown, disabled, or has no password is not said, and
    /// takes as long.
    pub async fn sign_in(&self, request: SignInRequest) -> Result<SignedIn, UseCaseError> {
        let SignInRequest { name, password, before } = request;
        let name = UserName::parse(&name).ok();
        self.take_attempt(name.as_ref(), &before.actor).await?;
        let mut known = name.as_ref().and_then(|name| self.password_of(name));
        if known.is_none() && name.is_some() && self.warehouse.is_shared() {
            // Another process may have added them just now.
            self.renew_access(&self.lock_users().await).await?;
            known = name.as_ref().and_then(|name| self.password_of(name));
        }
        let (user, hash) = known.unzip();
        let is_right = self.access.hasher.is_right(password, hash.clone()).await?;
        let (Some(user), true) = (user, is_right) else {
            self.count_failure(AuditAction::SignInFailed, name.as_ref(), &before.actor);
            return Err(UseCaseError::WrongCredentials);
        };
        let opened = self.open_session(&self.lock_users().await, (user, hash), &before, AuditAction::SignIn).await;
        if matches!(opened, Err(UseCaseError::WrongCredentials)) {
            self.count_failure(AuditAction::SignInFailed, name.as_ref(), &before.actor);
        }
        opened
    }

    /// The hash of the password of somebody who may sign in with one.
    fn password_of(&self, name: &UserName) -> Option<(Uuid, String)> {
        let state = self.access.read();
        let user = state.user_named(name).filter(|user| user.disabled_at.is_none())?;
        Some((user.id, user.password_hash.clone()?))
    }

    /// Ends the session of whoever asks; without one there is nothing to end.
    pub async fn sign_out(&self, identity: &Identity) -> Result<(), UseCaseError> {
        let Some(session) = self.session_of(identity) else { return Ok(()) };
        let audit = entry(self, &identity.actor, AuditAction::SignOut, &identity.actor.name);
        // Whatever the database says, the browser is signed out now.
        self.access.change(|state| state.forget(&[session.id]));
        let ended = self.warehouse.end_sessions(vec![session.id], audit.clone()).await;
        if let Err(WarehouseError::Away(_)) = &ended {
            // At other processes it is open until the database hears of it.
            let (engine, session) = (self.clone(), session.id);
            self.spawn(async move {
                let end = || engine.warehouse.end_sessions(vec![session], audit.clone());
                if let Err(error) = engine.write_retries().write(end).await {
                    tracing::error!(%error, "the end of a session could not be stored");
                }
            });
        }
        Ok(ended?)
    }

    /// Counts an attempt to prove who one is, and refuses it where there were too many.
    pub(crate) async fn take_attempt(&self, name: Option<&UserName>, asker: &Actor) -> Result<(), UseCaseError> {
        let name_text = name.map(UserName::as_str);
        let wait = match self.access.throttle.take(name_text, asker.address) {
            Err(wait) => Some(wait),
            // Over all processes as well: whoever is sent to each of them in turn has no more attempts.
            Ok(()) if self.warehouse.is_shared() => {
                self.warehouse.count_attempt(quotas(&self.access.settings, name_text, asker.address)).await?
            }
            Ok(()) => None,
        };
        let Some(wait) = wait else { return Ok(()) };
        self.count_failure(AuditAction::SignInThrottled, name, asker);
        Err(UseCaseError::TooManyAttempts { seconds: wait.as_secs().max(1) })
    }

    pub(crate) fn count_failure(&self, action: AuditAction, name: Option<&UserName>, asker: &Actor) {
        self.access.activity.count_attempt(action, name.map(UserName::as_str), asker.origin, asker.address);
    }

    /// Opens a session, under a token that nothing had before. What the browser had until now ends, and so do the oldest
    /// sessions of the user where there are too many. Under the lock: whoever disables the user meanwhile ends it too. With the
    /// hash of the password that was compared, where one was: the session is opened while the user still has it, here and
    /// in the database, which may know of a change of another process before this one does.
    pub(crate) async fn open_session(
        &self,
        change: &UserChange,
        (user, password_hash): (Uuid, Option<String>),
        before: &Identity,
        action: AuditAction,
    ) -> Result<SignedIn, UseCaseError> {
        let now = self.clock.now();
        let (name, mut ended) = {
            let state = self.access.read();
            // Somebody may have been disabled, or have got another password, while this one was being looked at.
            let has_it = |user: &&UserRow| password_hash.is_none() || user.password_hash == password_hash;
            let user = state.users.get(&user).filter(|user| user.disabled_at.is_none()).filter(has_it);
            let user = user.ok_or(UseCaseError::WrongCredentials)?;
            let mut sessions: Vec<_> =
                state.sessions_of(user.id).map(|session| (session.created_at, session.id)).collect();
            sessions.sort_unstable();
            let too_many = (sessions.len() + 1).saturating_sub(self.access.settings.sessions_per_user_max.max(1));
            (user.name.to_string(), sessions.into_iter().take(too_many).map(|(_, id)| id).collect::<Vec<_>>())
        };
        ended.extend(self.session_of(before).map(|session| session.id));
        let token = token(self.ids.secret());
        let row = SessionRow {
            id: self.new_id(),
            user,
            token_hash: hash_of(&token),
            created_at: now,
            seen_at: now,
            expires_at: now.saturating_add(self.access.settings.session_max).unwrap_or(Timestamp::MAX),
        };
        let audit = AuditEntry { actor: name.clone(), ..entry(self, &before.actor, action, &name) };
        if !self.warehouse.open_session(row.clone(), password_hash, ended.clone(), audit).await? {
            self.renew_access(change).await?;
            return Err(UseCaseError::WrongCredentials);
        }
        let expires_at = row.expires_at;
        self.access.change(|state| {
            state.forget(&ended);
            let session = crate::access::new_session(&row, now);
            state.sessions.insert(row.token_hash, session);
        });
        Ok(SignedIn { token: SecretString::from(token), expires_at })
    }

    /// Who has the demo: an administrator without a password, for those who sit at the machine.
    pub fn demo_identity(&self, origin: Origin) -> Identity {
        Identity::without_key(Actor { origin, ..Actor::new("demo", domain::Role::Administrator) })
    }
}
