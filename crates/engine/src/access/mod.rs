//! Who may do what, kept in memory: users, sessions and tokens are read at the start, and changed here after the database has
//! them. So a request finds out who asks without waiting for the database.

mod activity;
mod passwords;
mod request_limit;
mod secrets;
mod session;
mod settings;
mod throttle;
mod user_lock;
mod views;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use domain::access::{StoreScope, UserName};
use domain::decision::Origin;
use jiff::Timestamp;
use tokio::sync::watch;
use uuid::Uuid;
use warehouse::{AccessRecords, ApiTokenRow, SessionRow, UserRow};

use activity::Activity;
use passwords::PasswordHasher;
use request_limit::RequestLimit;
pub(crate) use secrets::{hash_of, one_time_code, token, usual_form};
pub(crate) use session::Session;
pub use settings::AccessSettings;
use throttle::Throttle;
pub(crate) use throttle::quotas;
pub(crate) use user_lock::UserChange;
use user_lock::UserLock;
pub use views::{AccessOverview, AuditView, TokenView, UserView};

use crate::actor::Actor;

/// What a request presents.
#[derive(Clone, Copy)]
pub enum Credentials<'request> {
    /// Nothing.
    None,
    /// What its cookie has.
    Session(&'request str),
    /// What its `Authorization` header has.
    Token(&'request str),
}

/// Who asks, and how they are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Who.
    pub actor: Actor,
    /// By which session or token; None for nobody, and for those who need none.
    key: Option<Key>,
}

/// SHA-256 of what was presented.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Key {
    Session(String),
    Token(String),
}

impl Identity {
    /// Somebody who is known without a session or token, as in the demo.
    pub const fn without_key(actor: Actor) -> Self {
        Self { actor, key: None }
    }

    /// Whether a browser is signed in.
    pub const fn has_session(&self) -> bool {
        matches!(self.key, Some(Key::Session(_)))
    }
}

/// Users, sessions and tokens, and what is known of those who try.
pub(crate) struct Access {
    pub(crate) settings: AccessSettings,
    pub(crate) hasher: PasswordHasher,
    pub(crate) throttle: Throttle,
    pub(crate) request_limit: RequestLimit,
    pub(crate) activity: Activity,
    /// SHA-256 of the code with which the first administrator is made.
    pub(crate) first_code: Mutex<Option<String>>,
    pub(crate) user_lock: UserLock,
    state: RwLock<State>,
    changes: watch::Sender<u64>,
}

/// What the database has, by what it is looked for.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) users: HashMap<Uuid, UserRow>,
    /// Users by who they are at a provider: issuer and subject.
    pub(crate) identities: HashMap<(String, String), Uuid>,
    pub(crate) sessions: HashMap<String, Arc<Session>>,
    pub(crate) tokens: HashMap<String, ApiTokenRow>,
}

impl State {
    fn of(records: AccessRecords, now: Timestamp) -> Self {
        let sessions =
            records.sessions.into_iter().map(|row| (row.token_hash.clone(), Arc::new(Session::new(&row, now))));
        Self {
            users: records.users.into_iter().map(|user| (user.id, user)).collect(),
            identities: records
                .identities
                .into_iter()
                .map(|identity| ((identity.issuer, identity.subject), identity.user))
                .collect(),
            sessions: sessions.collect(),
            tokens: records.tokens.into_iter().map(|token| (token.token_hash.clone(), token)).collect(),
        }
    }

    pub(crate) fn user_named(&self, name: &UserName) -> Option<&UserRow> {
        self.users.values().find(|user| user.name == *name)
    }

    pub(crate) fn sessions_of(&self, user: Uuid) -> impl Iterator<Item = &Arc<Session>> {
        self.sessions.values().filter(move |session| session.user == user)
    }

    /// Forgets sessions that were ended.
    pub(crate) fn forget(&mut self, sessions: &[Uuid]) {
        self.sessions.retain(|_, session| !sessions.contains(&session.id));
    }
}

impl Access {
    pub(crate) fn new(records: AccessRecords, settings: AccessSettings, now: Timestamp) -> Self {
        let state = State::of(records, now);
        Self {
            hasher: PasswordHasher::new(settings.hashes_at_once, settings.hash_wait),
            throttle: Throttle::new(&settings),
            request_limit: RequestLimit::new(settings.requests_per_person_max),
            activity: Activity::default(),
            first_code: Mutex::default(),
            user_lock: UserLock::default(),
            settings,
            state: RwLock::new(state),
            changes: watch::Sender::new(0),
        }
    }

    pub(crate) fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes what is known; whoever holds a stream of events open looks again who they are.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state: RwLockWriteGuard<'_, State> = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let result = change(&mut state);
        drop(state);
        self.changes.send_modify(|count| *count += 1);
        result
    }

    /// Takes what the database has now, where another process has changed it. Sessions that are known stay as they are here: when
    /// they were last used, the database hears late.
    pub(crate) fn renew(&self, records: AccessRecords, now: Timestamp) {
        self.change(|state| {
            let known = std::mem::take(&mut state.sessions);
            *state = State::of(records, now);
            for (hash, session) in known {
                if let Some(renewed) = state.sessions.get_mut(&hash) {
                    session.see(renewed.seen_at().max(session.seen_at()));
                    *renewed = session;
                }
            }
        });
    }

    /// Who presents this, from where. Somebody unknown is nobody, not an error: what they may is for the use case to say.
    pub(crate) fn identify(
        &self,
        credentials: Credentials<'_>,
        (origin, address): (Origin, Option<IpAddr>),
        now: Timestamp,
    ) -> Identity {
        let key = match credentials {
            Credentials::None => None,
            Credentials::Session(text) => Some(Key::Session(hash_of(text))),
            Credentials::Token(text) => Some(Key::Token(hash_of(text))),
        };
        let known = key.as_ref().and_then(|key| self.actor_of(key, now, true));
        match known {
            Some(actor) => Identity { actor: Actor { origin, address, ..actor }, key },
            None => Identity { actor: Actor { address, ..Actor::nobody(origin) }, key: None },
        }
    }

    /// Whether they may still do just what they could; a session that ended, another role or other stores say no.
    pub(crate) fn is_still(&self, identity: &Identity, now: Timestamp) -> bool {
        let Some(key) = &identity.key else { return true };
        let known = self.actor_of(key, now, false);
        let before = &identity.actor;
        known.is_some_and(|actor| {
            (&actor.name, actor.role, &actor.stores) == (&before.name, before.role, &before.stores)
        })
    }

    pub(crate) fn session_of(&self, identity: &Identity) -> Option<Arc<Session>> {
        let Some(Key::Session(hash)) = &identity.key else { return None };
        self.read().sessions.get(hash).cloned()
    }

    /// Changes with everything that may make [`Access::is_still`] say something else, but for the passing of time.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    fn actor_of(&self, key: &Key, now: Timestamp, is_request: bool) -> Option<Actor> {
        let state = self.read();
        let (name, role, stores) = match key {
            Key::Session(hash) => {
                let session = state.sessions.get(hash)?;
                let user = state.users.get(&session.user).filter(|user| user.disabled_at.is_none())?;
                if !session.is_open(now, self.settings.idle_max) {
                    return None;
                }
                if is_request {
                    session.see(now);
                }
                (user.name.to_string(), user.role, user.stores.clone())
            }
            Key::Token(hash) => {
                let token = state.tokens.get(hash)?;
                if token.revoked_at.is_some() || token.expires_at <= now {
                    return None;
                }
                (format!("token:{}", token.name), token.role, token.stores.clone())
            }
        };
        Some(Actor { stores, ..Actor::new(name, role) })
    }
}

/// A session that begins now.
pub(crate) fn new_session(row: &SessionRow, now: Timestamp) -> Arc<Session> {
    Arc::new(Session::new(row, now))
}

/// The stores of a role: only an operator has some and not others.
pub(crate) fn stores_of(role: domain::Role, stores: StoreScope) -> StoreScope {
    if role == domain::Role::Operator { stores } else { StoreScope::All }
}
