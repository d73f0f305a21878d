//! Administering users.

use domain::access::{AuditAction, Role, StoreScope, UserName, check_password};
use domain::filter::{InvalidParameter, Requirement};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use warehouse::{UserChangeOutcome, UserRow, WarehouseError};

use crate::access::{AccessOverview, AuditView, TokenView, UserChange, UserView, hash_of, one_time_code, stores_of};
use crate::access_audit::entry;
use crate::engine::run_detached;
use crate::{Actor, Engine, UseCaseError};

/// Entries of the audit that are shown.
const AUDIT_SHOWN: u32 = 100;

impl Engine {
    /// Users, tokens, and the latest of the audit.
    pub async fn access_overview(&self, actor: &Actor) -> Result<AccessOverview, UseCaseError> {
        actor.may_administer()?;
        let audit = self.warehouse.audit(AUDIT_SHOWN).await?;
        let (now, zone) = (self.clock.now(), &self.settings.schedules.zone);
        let idle_max = self.access.settings.idle_max;
        let state = self.access.read();
        let mut users: Vec<UserView> = state
            .users
            .values()
            .map(|user| {
                let open = || state.sessions_of(user.id).filter(|session| session.is_open(now, idle_max));
                UserView {
                    name: user.name.to_string(),
                    role: user.role,
                    stores: user.stores.clone(),
                    is_enabled: user.disabled_at.is_none(),
                    has_password: user.password_hash.is_some(),
                    is_linked: state.identities.values().any(|linked| *linked == user.id),
                    code_until: user.code.as_ref().map(|(_, ends)| zone.to_datetime(*ends)),
                    sessions: open().count(),
                    seen_at: open().map(|session| session.seen_at()).max().map(|at| zone.to_datetime(at)),
                }
            })
            .collect();
        users.sort_by(|one, other| one.name.cmp(&other.name));
        let mut tokens: Vec<_> = state.tokens.values().collect();
        tokens.sort_by_key(|token| std::cmp::Reverse(token.created_at));
        let tokens = tokens.into_iter().map(|token| TokenView {
            id: token.id,
            name: token.name.to_string(),
            role: token.role,
            stores: token.stores.clone(),
            created_by: token.created_by.clone(),
            expires_at: zone.to_datetime(token.expires_at),
            is_valid: token.revoked_at.is_none() && now < token.expires_at,
        });
        let tokens = tokens.collect();
        let audit = audit.into_iter().map(|entry| AuditView {
            at: zone.to_datetime(entry.at),
            actor: entry.actor,
            origin: entry.origin,
            address: entry.address,
            action: entry.action,
            object: entry.object,
            times: entry.times,
        });
        let stores = self.branches.all().iter().map(|branch| (branch.id.to_string(), branch.name.clone())).collect();
        Ok(AccessOverview { users, tokens, audit: audit.collect(), stores })
    }

    /// Adds a user, and gives the one-time code with which they set a password.
    pub async fn add_user(
        &self,
        actor: &Actor,
        name: &str,
        role: Role,
        stores: StoreScope,
    ) -> Result<SecretString, UseCaseError> {
        actor.may_administer()?;
        let name = UserName::parse(name)?;
        role.of_user()?;
        self.check_stores(&stores)?;
        let code = one_time_code(self.ids.secret());
        let ends = self.code_ends();
        let change = self.lock_users().await;
        self.insert_user(&change, actor, name, role, stores, Some((hash_of(&code), ends))).await?;
        Ok(SecretString::from(code))
    }

    /// Adds a user with a password; for whoever has the file, where nobody can be handed a code.
    pub async fn add_user_with_password(
        &self,
        actor: &Actor,
        name: &str,
        role: Role,
        stores: StoreScope,
        password: SecretString,
    ) -> Result<(), UseCaseError> {
        actor.may_administer()?;
        let name = UserName::parse(name)?;
        role.of_user()?;
        self.check_stores(&stores)?;
        check_password(password.expose_secret(), &name, self.access.settings.password_characters_min)?;
        let hash = self.access.hasher.hash(password, self.ids.secret()).await?;
        let change = self.lock_users().await;
        let user = self.insert_user(&change, actor, name, role, stores, None).await?;
        let with_password = UserRow { password_hash: Some(hash), ..user.clone() };
        self.store_user(&change, actor, user, with_password, AuditAction::SetPassword).await
    }

    /// Gives a user another role or other stores. It counts with their next request, and ends their open streams.
    pub async fn change_user(
        &self,
        actor: &Actor,
        name: &str,
        role: Role,
        stores: StoreScope,
    ) -> Result<(), UseCaseError> {
        actor.may_administer()?;
        role.of_user()?;
        self.check_stores(&stores)?;
        let change = self.lock_users().await;
        let user = self.user_named(name)?;
        let changed = UserRow { role, stores: stores_of(role, stores), ..user.clone() };
        self.store_user(&change, actor, user, changed, AuditAction::ChangeUser).await
    }

    /// Lets a user sign in, or not any more; then all their sessions end.
    pub async fn enable_user(&self, actor: &Actor, name: &str, is_enabled: bool) -> Result<(), UseCaseError> {
        actor.may_administer()?;
        let change = self.lock_users().await;
        let user = self.user_named(name)?;
        let (id, disabled_at) = (user.id, (!is_enabled).then(|| self.clock.now()));
        let action = if is_enabled { AuditAction::EnableUser } else { AuditAction::DisableUser };
        let changed = UserRow { disabled_at, ..user.clone() };
        self.store_user(&change, actor, user, changed, action).await?;
        if !is_enabled {
            self.end_all_sessions(actor, id).await?;
        }
        Ok(())
    }

    /// Gives a one-time code to somebody who has forgotten their password; the password counts until the code is used.
    pub async fn issue_code(&self, actor: &Actor, name: &str) -> Result<SecretString, UseCaseError> {
        actor.may_administer()?;
        let change = self.lock_users().await;
        let user = self.user_named(name)?;
        let code = one_time_code(self.ids.secret());
        let changed = UserRow { code: Some((hash_of(&code), self.code_ends())), ..user.clone() };
        self.store_user(&change, actor, user, changed, AuditAction::IssueCode).await?;
        Ok(SecretString::from(code))
    }

    /// Ends every session of a user; how many there were.
    pub async fn end_user_sessions(&self, actor: &Actor, name: &str) -> Result<usize, UseCaseError> {
        actor.may_administer()?;
        let _change = self.lock_users().await;
        let user = self.user_named(name)?;
        self.end_all_sessions(actor, user.id).await
    }

    /// Waits until nobody else is about to change a user.
    pub(crate) async fn lock_users(&self) -> UserChange {
        self.access.user_lock.lock().await
    }

    /// Takes what the database has now; under the lock, so that no change that is stored meanwhile is forgotten here.
    pub(crate) async fn renew_access(&self, _change: &UserChange) -> Result<(), WarehouseError> {
        self.access.renew(self.warehouse.access_records().await?, self.clock.now());
        Ok(())
    }

    pub(crate) async fn insert_user(
        &self,
        change: &UserChange,
        actor: &Actor,
        name: UserName,
        role: Role,
        stores: StoreScope,
        code: Option<(String, Timestamp)>,
    ) -> Result<UserRow, UseCaseError> {
        let user = UserRow {
            id: self.new_id(),
            name: name.clone(),
            role,
            stores: stores_of(role, stores),
            password_hash: None,
            code,
            created_at: self.clock.now(),
            created_by: actor.name.clone(),
            disabled_at: None,
        };
        let audit = entry(self, actor, AuditAction::AddUser, &described(&user));
        let (engine, held, added) = (self.clone(), change.clone(), user.clone());
        let is_added = run_detached(async move {
            let is_added = engine.warehouse.add_user(added.clone(), audit).await?;
            if is_added {
                engine.access.change(|state| state.users.insert(added.id, added));
            }
            drop(held);
            Ok(is_added)
        })
        .await?;
        if is_added { Ok(user) } else { Err(UseCaseError::NameTaken { name: name.to_string() }) }
    }

    /// Stores what a user has become, where the database has them as they were read and somebody can still administer.
    pub(crate) async fn store_user(
        &self,
        change: &UserChange,
        actor: &Actor,
        read: UserRow,
        user: UserRow,
        action: AuditAction,
    ) -> Result<(), UseCaseError> {
        let audit = entry(self, actor, action, &described(&user));
        let (engine, held) = (self.clone(), change.clone());
        let outcome = run_detached(async move {
            let outcome = engine.warehouse.change_user(read, user.clone(), audit).await?;
            match outcome {
                UserChangeOutcome::Stored => drop(engine.access.change(|state| state.users.insert(user.id, user))),
                UserChangeOutcome::NotAsRead => engine.renew_access(&held).await?,
                UserChangeOutcome::LastAdministrator => {}
            }
            drop(held);
            Ok(outcome)
        })
        .await?;
        match outcome {
            UserChangeOutcome::Stored => Ok(()),
            UserChangeOutcome::NotAsRead => Err(UseCaseError::UserChanged),
            UserChangeOutcome::LastAdministrator => Err(UseCaseError::LastAdministrator),
        }
    }

    /// Stores that there are, so that nobody is limited to a slip of the pen.
    pub(crate) fn check_stores(&self, stores: &StoreScope) -> Result<(), UseCaseError> {
        match stores {
            StoreScope::All => Ok(()),
            StoreScope::Only(stores) => stores.iter().try_for_each(|id| self.branches.require(id).map(drop)),
        }
    }

    pub(crate) fn user_named(&self, name: &str) -> Result<UserRow, UseCaseError> {
        let name = UserName::parse(name)?;
        self.access.read().user_named(&name).cloned().ok_or(UseCaseError::UnknownUser)
    }

    fn code_ends(&self) -> Timestamp {
        self.clock.now().saturating_add(self.access.settings.code_valid).unwrap_or(Timestamp::MAX)
    }
}

/// A user for people: name, role, stores.
fn described(user: &UserRow) -> String {
    match user.stores.text() {
        Some(stores) => format!("{} ({} en {stores})", user.name, user.role),
        None => format!("{} ({})", user.name, user.role),
    }
}

/// Days that a token may count, of those that somebody asks for.
pub(super) fn days_of_token(days: u32) -> Result<u32, InvalidParameter> {
    const MOST: u32 = 366;
    if (1..=MOST).contains(&days) {
        return Ok(days);
    }
    Err(InvalidParameter { name: "dias", requirement: Requirement::UpTo { most: MOST, given: days } })
}
