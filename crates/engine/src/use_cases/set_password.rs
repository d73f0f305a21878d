//! Setting a password: with a one-time code, or with the password that one has.

use domain::access::{AuditAction, Role, StoreScope, UserName, check_password};
use secrecy::{ExposeSecret, SecretString};
use std::sync::PoisonError;
use warehouse::UserRow;

use super::sign_in::SignedIn;
use crate::access::{Identity, UserChange, hash_of, one_time_code, usual_form};
use crate::access_audit::entry;
use crate::{Actor, Engine, UseCaseError};

/// Somebody has a one-time code.
#[derive(Debug)]
pub struct CodeRequest {
    /// The name; of the first administrator, the one they choose.
    pub name: String,
    /// The code, however it was typed.
    pub code: SecretString,
    /// The password they want.
    pub password: SecretString,
    /// Who the browser was until now.
    pub before: Identity,
}

impl Engine {
    /// Makes the code with which the first administrator is made, where there is nobody yet. It counts until somebody used it
    /// or the process ends; at every process that shares the database, for as long as any other code.
    pub async fn offer_first_administrator(&self) -> Option<SecretString> {
        if !self.has_nobody() {
            return None;
        }
        let code = one_time_code(self.ids.secret());
        if self.warehouse.is_shared() {
            let lasts = self.access.settings.code_valid.unsigned_abs();
            if let Err(error) = self.warehouse.keep_first_code(hash_of(&code), lasts).await {
                tracing::warn!(%error, "the code of the first administrator could not be stored; start again for another one");
                return None;
            }
            return Some(SecretString::from(code));
        }
        *self.access.first_code.lock().unwrap_or_else(PoisonError::into_inner) = Some(hash_of(&code));
        Some(SecretString::from(code))
    }

    /// Whether the first administrator is still to be made.
    pub fn has_nobody(&self) -> bool {
        self.access.read().users.is_empty()
    }

    /// Sets a password with a one-time code, and signs in. All other sessions of the user end.
    pub async fn set_password_with_code(&self, request: CodeRequest) -> Result<SignedIn, UseCaseError> {
        let CodeRequest { name, code, password, before } = request;
        let name = UserName::parse(&name)?;
        self.take_attempt(Some(&name), &before.actor).await?;
        let code = hash_of(&usual_form(code.expose_secret()));
        let now = self.clock.now();
        let invited = {
            let state = self.access.read();
            let user = state.user_named(&name).filter(|user| user.disabled_at.is_none());
            let has_code =
                |user: &&UserRow| user.code.as_ref().is_some_and(|(known, ends)| *known == code && now < *ends);
            user.filter(has_code).cloned()
        };
        let is_first = invited.is_none() && self.is_first_code(&code).await?;
        if invited.is_none() && !is_first {
            self.count_failure(AuditAction::SignInFailed, Some(&name), &before.actor);
            return Err(UseCaseError::WrongCode);
        }
        check_password(password.expose_secret(), &name, self.access.settings.password_characters_min)?;
        let hash = self.access.hasher.hash(password, self.ids.secret()).await?;
        let change = self.lock_users().await;
        let user = match invited {
            Some(user) => user,
            None => self.insert_first(&change, &before.actor, name.clone(), code).await?,
        };
        let (id, actor) = (user.id, Actor { name: name.to_string(), ..before.actor.clone() });
        // A code counts once, whoever was quicker, and not for somebody who was disabled meanwhile.
        let counts = |now: &&UserRow| now.code == user.code && now.disabled_at.is_none();
        let user = self.access.read().users.get(&id).filter(counts).cloned().ok_or(UseCaseError::WrongCode)?;
        let changed = UserRow { password_hash: Some(hash.clone()), code: None, ..user.clone() };
        self.store_user(&change, &actor, user, changed, AuditAction::SetPassword).await?;
        self.end_all_sessions(&actor, id).await?;
        self.open_session(&change, (id, Some(hash)), &before, AuditAction::SignIn).await
    }

    /// Changes the password of whoever is signed in, and opens a new session; all others end.
    pub async fn change_password(
        &self,
        identity: &Identity,
        current: SecretString,
        wanted: SecretString,
    ) -> Result<SignedIn, UseCaseError> {
        let session = self.session_of(identity).ok_or(UseCaseError::NotSignedIn)?;
        let user = self.access.read().users.get(&session.user).cloned().ok_or(UseCaseError::NotSignedIn)?;
        self.take_attempt(Some(&user.name), &identity.actor).await?;
        if !self.access.hasher.is_right(current, user.password_hash.clone()).await? {
            self.count_failure(AuditAction::SignInFailed, Some(&user.name), &identity.actor);
            return Err(UseCaseError::WrongCredentials);
        }
        check_password(wanted.expose_secret(), &user.name, self.access.settings.password_characters_min)?;
        let hash = self.access.hasher.hash(wanted, self.ids.secret()).await?;
        let change = self.lock_users().await;
        // Meanwhile somebody may have disabled them, ended the session or set another password.
        self.session_of(identity).ok_or(UseCaseError::NotSignedIn)?;
        let id = user.id;
        let is_same = |now: &&UserRow| now.password_hash == user.password_hash && now.disabled_at.is_none();
        let user = self.access.read().users.get(&id).filter(is_same).cloned().ok_or(UseCaseError::NotSignedIn)?;
        let changed = UserRow { password_hash: Some(hash.clone()), ..user.clone() };
        self.store_user(&change, &identity.actor, user, changed, AuditAction::SetPassword).await?;
        self.end_all_sessions(&identity.actor, id).await?;
        self.open_session(&change, (id, Some(hash)), identity, AuditAction::SignIn).await
    }

    /// Makes the first administrator. The code is taken before anybody waits, so that it makes one.
    async fn insert_first(
        &self,
        change: &UserChange,
        asker: &Actor,
        name: UserName,
        code: String,
    ) -> Result<UserRow, UseCaseError> {
        if self.warehouse.is_shared() {
            return self.insert_first_of_all(change, asker, name, code).await;
        }
        let taken = self.access.first_code.lock().unwrap_or_else(PoisonError::into_inner).take();
        if taken.as_ref() != Some(&code) {
            return Err(UseCaseError::WrongCode);
        }
        let inserted = self.insert_user(change, asker, name, Role::Administrator, StoreScope::All, None).await;
        if inserted.is_err() {
            *self.access.first_code.lock().unwrap_or_else(PoisonError::into_inner) = taken;
        }
        inserted
    }

    /// The same where every process takes the code of any.
    async fn insert_first_of_all(
        &self,
        change: &UserChange,
        asker: &Actor,
        name: UserName,
        code: String,
    ) -> Result<UserRow, UseCaseError> {
        // Another process may have made one just now.
        self.renew_access(change).await?;
        if !self.has_nobody() || !self.warehouse.take_first_codes(code.clone()).await? {
            return Err(UseCaseError::WrongCode);
        }
        let inserted = self.insert_user(change, asker, name, Role::Administrator, StoreScope::All, None).await;
        if inserted.is_err() {
            let lasts = self.access.settings.code_valid.unsigned_abs();
            if let Err(error) = self.warehouse.keep_first_code(code, lasts).await {
                tracing::warn!(%error, "the code of the first administrator is lost; start again for another one");
            }
        }
        inserted
    }

    async fn is_first_code(&self, code: &str) -> Result<bool, UseCaseError> {
        if !self.has_nobody() {
            return Ok(false);
        }
        if self.warehouse.is_shared() {
            return Ok(self.warehouse.is_first_code(code.to_owned()).await?);
        }
        let first = self.access.first_code.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(first.as_deref() == Some(code))
    }

    /// Ends every session of a user.
    pub(crate) async fn end_all_sessions(&self, actor: &Actor, user: uuid::Uuid) -> Result<usize, UseCaseError> {
        let (name, open) = {
            let state = self.access.read();
            let name = state.users.get(&user).map(|user| user.name.to_string()).unwrap_or_default();
            (name, state.sessions_of(user).map(|session| session.id).collect::<Vec<_>>())
        };
        if open.is_empty() {
            return Ok(0);
        }
        // They end now, whatever the database says.
        self.access.change(|state| state.forget(&open));
        let ended = open.len();
        self.warehouse.end_sessions(open, entry(self, actor, AuditAction::EndSessions, &name)).await?;
        Ok(ended)
    }
}
