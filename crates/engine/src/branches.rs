//! The branches that are watched, by identifier.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use domain::read_model::BranchChoice;
use domain::{Branch, BranchId};
use jiff::Timestamp;

use crate::UseCaseError;

/// Branches in order of their identifiers.
pub type Branches = Arc<[Arc<Branch>]>;

/// The branches that are watched, and how they were known before. A store's zone may be changed while others read it: whoever
/// holds a branch goes on with the one that was known when it began.
#[derive(Debug)]
pub struct BranchRegistry(RwLock<Vec<Version>>);

/// One more for each change of a zone or a name, which are few. There is always a first one.
#[derive(Debug)]
struct Version {
    known_from: Timestamp,
    branches: Branches,
}

impl BranchRegistry {
    pub(crate) fn new(branches: Vec<Branch>) -> Self {
        let branches = in_order(branches.into_iter().map(Arc::new).collect());
        Self(RwLock::new(vec![Version { known_from: Timestamp::MIN, branches }]))
    }

    /// All of them, as they are known now.
    pub fn all(&self) -> Branches {
        self.known_at(Timestamp::MAX)
    }

    /// How often they have changed.
    pub(crate) fn version(&self) -> usize {
        self.read().len() - 1
    }

    /// All of them, as they were known at a moment.
    pub fn known_at(&self, moment: Timestamp) -> Branches {
        let versions = self.read();
        // The first one is known from the beginning of time.
        let known = versions.iter().skip(1).take_while(|version| version.known_from <= moment).last();
        Arc::clone(&known.unwrap_or(&versions[0]).branches)
    }

    /// One of them, as klk.toml or the listing had it first.
    pub(crate) fn of_file(&self, id: &BranchId) -> Option<Arc<Branch>> {
        let first = Arc::clone(&self.read()[0].branches);
        first.iter().find(|branch| branch.id == *id).cloned().or_else(|| self.find(id))
    }

    /// From a moment on others are watched too, and those that are have these names and warehouses; zone and calendar are
    /// theirs. Says whether anything is new.
    pub(crate) fn adopt(&self, listed: Vec<Branch>, known_from: Timestamp) -> bool {
        let mut versions = self.write();
        let known = Arc::clone(&versions[versions.len() - 1].branches);
        let mut branches = known.to_vec();
        for new in listed {
            match branches.iter_mut().find(|branch| branch.id == new.id) {
                Some(known) => {
                    let known = Arc::make_mut(known);
                    (known.code, known.name, known.warehouses) = (new.code, new.name, new.warehouses);
                }
                None => branches.push(Arc::new(new)),
            }
        }
        let branches = in_order(branches);
        let shown = |branches: &Branches| -> Vec<_> {
            let of = |branch: &Arc<Branch>| {
                (branch.id.clone(), branch.code.clone(), branch.name.clone(), branch.warehouses.clone())
            };
            branches.iter().map(of).collect()
        };
        let is_new = shown(&known) != shown(&branches);
        if is_new {
            versions.push(Version { known_from, branches });
        }
        is_new
    }

    /// From a moment on, later than those before, a branch is another one.
    pub(crate) fn replace(&self, changed: &Branch, known_from: Timestamp) {
        let mut versions = self.write();
        let mut branches = versions[versions.len() - 1].branches.to_vec();
        branches
            .iter_mut()
            .filter(|branch| branch.id == changed.id)
            .for_each(|branch| *branch = Arc::new(changed.clone()));
        versions.push(Version { known_from, branches: branches.into() });
    }

    /// One of them.
    pub fn find(&self, id: &BranchId) -> Option<Arc<Branch>> {
        self.all().iter().find(|branch| branch.id == *id).cloned()
    }

    pub(crate) fn require(&self, id: &BranchId) -> Result<Arc<Branch>, UseCaseError> {
        self.find(id).ok_or_else(|| UseCaseError::UnknownBranch {
            given: id.to_string(),
            known: self.all().iter().map(|branch| branch.id.as_str()).collect::<Vec<_>>().join(", "),
        })
    }

    /// The one that is named, or all.
    pub(crate) fn select(&self, id: Option<&BranchId>) -> Result<Branches, UseCaseError> {
        self.select_at(id, Timestamp::MAX)
    }

    /// The one that is named, or all, as they were known at a moment.
    pub(crate) fn select_at(&self, id: Option<&BranchId>, moment: Timestamp) -> Result<Branches, UseCaseError> {
        let known = self.known_at(moment);
        let Some(id) = id else { return Ok(known) };
        self.require(id)?;
        Ok(known.iter().filter(|branch| branch.id == *id).cloned().collect())
    }

    pub(crate) fn choices(&self) -> Vec<BranchChoice> {
        self.all()
            .iter()
            .map(|branch| BranchChoice { ubicacion_id: branch.id.clone(), ubicacion_nombre: branch.name.clone() })
            .collect()
    }

    fn read(&self) -> RwLockReadGuard<'_, Vec<Version>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Vec<Version>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

fn in_order(mut branches: Vec<Arc<Branch>>) -> Branches {
    branches.sort_by(|left, right| left.id.cmp(&right.id));
    branches.into()
}
