//! Users as scripts of administrators see them.

use domain::access::StoreScope;
use domain::read_model::{UserList, UserSummary};
use jiff::{SignedDuration, Timestamp};
use warehouse::UserRow;

use crate::access::State;
use crate::{Actor, Engine, UseCaseError};

impl Engine {
    /// Everybody who may sign in, and those who may not any more.
    pub fn list_users(&self, actor: &Actor) -> Result<UserList, UseCaseError> {
        actor.may_administer()?;
        let (now, idle_max) = (self.clock.now(), self.access.settings.idle_max);
        let state = self.access.read();
        let mut users: Vec<UserSummary> =
            state.users.values().map(|user| summary(&state, user, now, idle_max)).collect();
        users.sort_by(|one, other| one.usuario.cmp(&other.usuario));
        Ok(UserList { generado_en: now, usuarios: users })
    }

    /// One of them.
    pub fn read_user(&self, actor: &Actor, name: &str) -> Result<UserSummary, UseCaseError> {
        actor.may_administer()?;
        let user = self.user_named(name)?;
        Ok(summary(&self.access.read(), &user, self.clock.now(), self.access.settings.idle_max))
    }
}

fn summary(state: &State, user: &UserRow, now: Timestamp, idle_max: SignedDuration) -> UserSummary {
    let open = || state.sessions_of(user.id).filter(|session| session.is_open(now, idle_max));
    UserSummary {
        usuario: user.name.to_string(),
        rol: user.role,
        tiendas: match &user.stores {
            StoreScope::All => None,
            StoreScope::Only(stores) => Some(stores.iter().cloned().collect()),
        },
        activo: user.disabled_at.is_none(),
        tiene_clave: user.password_hash.is_some(),
        vinculado: state.identities.values().any(|linked| *linked == user.id),
        sesiones: u64::try_from(open().count()).unwrap_or(u64::MAX),
        codigo_vence: user.code.as_ref().map(|(_, ends)| *ends),
        visto_en: open().map(|session| session.seen_at()).max(),
    }
}
