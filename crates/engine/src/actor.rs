//! Who asks, and what they may. Each use case checks it before it does anything, because pages call use cases in the same
//! process, past any layer of HTTP.

use std::net::IpAddr;

use domain::access::{Role, StoreScope};
use domain::decision::Origin;
use domain::{Branch, BranchId};

use crate::UseCaseError;

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// As it is stored with what they ask for.
    pub name: String,
    /// What they may; None for somebody who has not signed in.
    pub role: Option<Role>,
    /// Where they may change something; counts for operators only.
    pub stores: StoreScope,
    /// From where they ask.
    pub origin: Origin,
    /// Their address, where they came over the network.
    pub address: Option<IpAddr>,
}

impl Actor {
    /// Somebody with a role in all stores, from a page.
    pub fn new(name: impl Into<String>, role: Role) -> Self {
        Self { name: name.into(), role: Some(role), stores: StoreScope::All, origin: Origin::Web, address: None }
    }

    /// Somebody of operations, at a page.
    pub fn operator(name: impl Into<String>) -> Self {
        Self::new(name, Role::Operator)
    }

    /// Whoever has the database file: nothing is kept from them.
    pub fn at_console(name: impl Into<String>) -> Self {
        Self { origin: Origin::CommandLine, ..Self::new(name, Role::Administrator) }
    }

    /// The system itself, as by a schedule.
    pub fn system() -> Self {
        Self { origin: Origin::System, ..Self::new("sistema", Role::Administrator) }
    }

    /// Somebody who has not signed in.
    pub fn nobody(origin: Origin) -> Self {
        Self { name: "anónimo".to_owned(), role: None, stores: StoreScope::All, origin, address: None }
    }

    /// Their address, as the audit has it.
    pub(crate) fn address_text(&self) -> Option<String> {
        self.address.map(|address| address.to_string())
    }

    /// Whether they signed in.
    pub const fn is_somebody(&self) -> bool {
        self.role.is_some()
    }

    /// Whether they administer.
    pub fn is_administrator(&self) -> bool {
        self.role == Some(Role::Administrator)
    }

    /// Everything may be read by every user who signed in.
    pub fn may_read(&self) -> Result<(), UseCaseError> {
        self.require(Role::Reader)
    }

    /// Whether they may see what a screen on a wall shows; returns the actor to read with: who may see the whole may see
    /// its parts.
    pub(crate) fn may_watch(&self) -> Result<Self, UseCaseError> {
        self.require(Role::Wall)?;
        Ok(Self { role: self.role.max(Some(Role::Reader)), ..self.clone() })
    }

    /// Whether they are a screen on a wall.
    pub fn is_wall(&self) -> bool {
        self.role == Some(Role::Wall)
    }

    /// Whether they may change anything at all; in which store, [`Actor::may_operate_in`] says.
    pub(crate) fn may_operate(&self) -> Result<(), UseCaseError> {
        self.require(Role::Operator)
    }

    /// Whether they may change something of this store. Only a name that there is comes into the answer.
    pub(crate) fn may_operate_in(&self, branch: &Branch) -> Result<(), UseCaseError> {
        self.may_operate()?;
        if self.has(&branch.id) { Ok(()) } else { Err(UseCaseError::NotYourStore { store: branch.name.clone() }) }
    }

    /// Whether they may change something of all stores at once.
    pub(crate) fn may_operate_everywhere(&self) -> Result<(), UseCaseError> {
        self.may_operate()?;
        match (&self.stores, self.is_administrator()) {
            (StoreScope::All, _) | (_, true) => Ok(()),
            (StoreScope::Only(_), false) => Err(UseCaseError::NotAllStores),
        }
    }

    /// Whether a page offers them actions on this store.
    pub fn operates_store(&self, branch: &BranchId) -> bool {
        self.may_operate().is_ok() && self.has(branch)
    }

    /// Whether a page offers them actions on all stores at once.
    pub fn operates_everywhere(&self) -> bool {
        self.may_operate_everywhere().is_ok()
    }

    /// Whether they may administer users.
    pub(crate) fn may_administer(&self) -> Result<(), UseCaseError> {
        self.require(Role::Administrator)
    }

    /// Whether the store is one of theirs.
    pub(crate) fn has(&self, branch: &BranchId) -> bool {
        self.is_administrator() || self.stores.contains(branch)
    }

    fn require(&self, needed: Role) -> Result<(), UseCaseError> {
        match self.role {
            None => Err(UseCaseError::NotSignedIn),
            Some(role) if role < needed => Err(UseCaseError::Forbidden { needed }),
            Some(_) => Ok(()),
        }
    }
}
