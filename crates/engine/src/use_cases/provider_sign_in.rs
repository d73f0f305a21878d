//! Signing in by a provider of identities: who came back from there, and which user that is here (docs/adr/0050).

use std::time::Duration;

use domain::access::{AuditAction, Role, StoreScope, UserName};
use uuid::Uuid;
use warehouse::{IdentityRow, KeptEntrance};

use super::sign_in::SignedIn;
use crate::access::{Identity, UserChange, hash_of};
use crate::access_audit::entry;
use crate::{Actor, Engine, UseCaseError};

/// Who made a user that a person at the provider became by themselves. No user can be called so.
const PROVIDER: &str = "(proveedor)";

/// Somebody proved at the provider who they are.
#[derive(Debug)]
pub struct ProviderSignInRequest {
    /// Who vouches for them.
    pub issuer: String,
    /// Who they are there, for ever.
    pub subject: String,
    /// What they are called there now; counts the first time only.
    pub name: String,
    /// Whether somebody whom nobody has added becomes a reader.
    pub creates_readers: bool,
    /// Who the browser was until now.
    pub before: Identity,
}

/// Somebody leaves for the provider, and may come back to another process.
#[derive(Debug)]
pub struct EntranceBegun {
    /// What the provider sends back.
    pub state: String,
    /// What the cookie of their browser has.
    pub browser: String,
    /// From where.
    pub address: String,
    /// What whoever ends it has to know.
    pub data: String,
    /// For how long they may be away.
    pub lasts: Duration,
    /// People who may be away at once, of all addresses and of one.
    pub most: (usize, usize),
}

impl Engine {
    /// Whether somebody who leaves for the provider may come back to another process, so that the database has to keep them.
    pub fn shares_entrances(&self) -> bool {
        self.warehouse.is_shared()
    }

    /// Keeps somebody who leaves for the provider where every process finds them.
    pub async fn keep_entrance(&self, begun: EntranceBegun) -> Result<(), UseCaseError> {
        let EntranceBegun { state, browser, address, data, lasts, most } = begun;
        let kept = KeptEntrance { state: hash_of(&state), browser: hash_of(&browser), address, data };
        let is_kept = self.warehouse.keep_entrance(kept, lasts, most).await?;
        if is_kept { Ok(()) } else { Err(UseCaseError::SignInBusy) }
    }

    /// What was kept of somebody who comes back with this state and in this browser; it is gone afterwards.
    pub async fn take_entrance(&self, state: &str, browser: Option<&str>) -> Result<String, UseCaseError> {
        let taken = self.warehouse.take_entrance(hash_of(state), browser.map(hash_of)).await?;
        taken.ok_or(UseCaseError::AttemptOver)
    }

    /// Counts an attempt before the provider is asked about it, and refuses it where there were too many.
    pub async fn admit_provider_sign_in(&self, before: &Identity) -> Result<(), UseCaseError> {
        self.take_attempt(None, &before.actor).await
    }

    /// Counts that the provider, or we, did not believe somebody.
    pub fn note_provider_refusal(&self, before: &Identity) {
        self.count_failure(AuditAction::SignInFailed, None, &before.actor);
    }

    /// Opens a session for somebody whom the provider vouches for. The first time they are the user of the same name,
    /// and from then on whoever the provider says that they are, whatever they are called: a name may pass to
    /// somebody else.
    pub async fn sign_in_with_provider(&self, request: ProviderSignInRequest) -> Result<SignedIn, UseCaseError> {
        let key = (request.issuer.clone(), request.subject.clone());
        let change = self.lock_users().await;
        let known = self.access.read().identities.get(&key).copied();
        let user = match known {
            Some(user) => user,
            None => self.link(&change, &request).await?,
        };
        let is_enabled = self.access.read().users.get(&user).is_some_and(|user| user.disabled_at.is_none());
        if !is_enabled {
            return Err(self.not_invited(&request));
        }
        self.open_session(&change, (user, None), &request.before, AuditAction::ProviderSignIn).await
    }

    /// Takes back who a user is at the provider, as where another person has their name there now; their sessions end.
    pub async fn unlink_user(&self, actor: &Actor, name: &str) -> Result<(), UseCaseError> {
        actor.may_administer()?;
        let _change = self.lock_users().await;
        let user = self.user_named(name)?;
        let audit = entry(self, actor, AuditAction::UnlinkIdentity, user.name.as_str());
        self.warehouse.unlink_identities(user.id, audit).await?;
        self.access.change(|state| state.identities.retain(|_, linked| *linked != user.id));
        self.end_all_sessions(actor, user.id).await.map(drop)
    }

    /// The user of somebody who is here for the first time.
    async fn link(&self, change: &UserChange, request: &ProviderSignInRequest) -> Result<Uuid, UseCaseError> {
        let name = UserName::parse(&request.name).map_err(|_| self.not_invited(request))?;
        let named = self.access.read().user_named(&name).cloned();
        let user = match named {
            Some(user) if user.disabled_at.is_none() => user,
            // The first user is an administrator, with the code that the server shows.
            None if request.creates_readers && !self.has_nobody() => {
                let actor = Actor { name: PROVIDER.to_owned(), ..request.before.actor.clone() };
                self.insert_user(change, &actor, name.clone(), Role::Reader, StoreScope::All, None).await?
            }
            _ => return Err(self.not_invited(request)),
        };
        let identity = IdentityRow {
            issuer: request.issuer.clone(),
            subject: request.subject.clone(),
            user: user.id,
            since: self.clock.now(),
        };
        let actor = Actor { name: name.to_string(), ..request.before.actor.clone() };
        let audit = entry(self, &actor, AuditAction::LinkIdentity, name.as_str());
        if !self.warehouse.link_identity(identity, audit).await? {
            self.note_provider_refusal(&request.before);
            return Err(UseCaseError::LinkedToAnother { name: name.to_string() });
        }
        let key = (request.issuer.clone(), request.subject.clone());
        self.access.change(|state| state.identities.insert(key, user.id));
        Ok(user.id)
    }

    /// Nobody here has the name, or whoever has it may not sign in; which, is for administrators.
    fn not_invited(&self, request: &ProviderSignInRequest) -> UseCaseError {
        self.note_provider_refusal(&request.before);
        let shown = request.name.chars().filter(|character| !character.is_control()).take(UserName::LENGTH_MAX);
        UseCaseError::NotInvited { name: shown.collect() }
    }
}
