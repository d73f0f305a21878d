//! The branches that are watched, by identifier.

use std::sync::OnceLock;

use domain::read_model::BranchChoice;
use domain::{Branch, BranchId};
use jiff::Timestamp;

use crate::UseCaseError;

/// The branches that are watched, in order of their identifiers.
///
/// A store's zone may be changed while others read it, so a registry is only ever added to: whoever holds a branch goes on
/// with the one that was known when it began. There are as many versions as changes of a zone, which are few.
#[derive(Debug)]
pub struct BranchRegistry {
    first: Version,
}

#[derive(Debug)]
struct Version {
    known_from: Timestamp,
    branches: Vec<Branch>,
    next: OnceLock<Box<Version>>,
}

impl BranchRegistry {
    pub(crate) fn new(mut branches: Vec<Branch>) -> Self {
        branches.sort_by(|left, right| left.id.cmp(&right.id));
        Self { first: Version { known_from: Timestamp::MIN, branches, next: OnceLock::new() } }
    }

    /// All of them, as they are known now.
    pub fn all(&self) -> &[Branch] {
        self.known_at(Timestamp::MAX)
    }

    /// How often they have changed.
    pub(crate) fn version(&self) -> usize {
        std::iter::successors(self.first.next.get(), |version| version.next.get()).count()
    }

    /// All of them, as they were known at a moment.
    pub fn known_at(&self, moment: Timestamp) -> &[Branch] {
        let mut version = &self.first;
        while let Some(next) = version.next.get().filter(|next| next.known_from <= moment) {
            version = next;
        }
        &version.branches
    }

    /// One of them, as klk.toml or the listing had it first.
    pub(crate) fn of_file(&self, id: &BranchId) -> Option<&Branch> {
        self.first.branches.iter().find(|branch| branch.id == *id).or_else(|| self.find(id))
    }

    /// From a moment on others are watched too, and those that are have these names and warehouses; zone and calendar are
    /// theirs. Says whether anything is new.
    pub(crate) fn adopt(&self, listed: Vec<Branch>, known_from: Timestamp) -> bool {
        let mut branches = self.all().to_vec();
        for new in listed {
            match branches.iter_mut().find(|branch| branch.id == new.id) {
                Some(known) => {
                    (known.code, known.name, known.warehouses) = (new.code, new.name, new.warehouses);
                }
                None => branches.push(new),
            }
        }
        branches.sort_by(|left, right| left.id.cmp(&right.id));
        let mut version = &self.first;
        while let Some(next) = version.next.get() {
            version = next;
        }
        let shown = |branches: &[Branch]| {
            let of = |branch: &Branch| {
                (branch.id.clone(), branch.code.clone(), branch.name.clone(), branch.warehouses.clone())
            };
            branches.iter().map(of).collect::<Vec<_>>()
        };
        if shown(&version.branches) == shown(&branches) {
            return false;
        }
        // If another thread added a version first, the next listing applies this one.
        version.next.set(Box::new(Version { known_from, branches, next: OnceLock::new() })).is_ok()
    }

    /// From a moment on, later than those before, a branch is another one.
    pub(crate) fn replace(&self, changed: &Branch, known_from: Timestamp) {
        let mut version = &self.first;
        loop {
            while let Some(next) = version.next.get() {
                version = next;
            }
            let mut branches = version.branches.clone();
            branches.iter_mut().filter(|branch| branch.id == changed.id).for_each(|branch| branch.clone_from(changed));
            // Somebody else may have added one in between; then this one comes after it.
            if version.next.set(Box::new(Version { known_from, branches, next: OnceLock::new() })).is_ok() {
                return;
            }
        }
    }

    /// One of them.
    pub fn find(&self, id: &BranchId) -> Option<&Branch> {
        self.all().iter().find(|branch| branch.id == *id)
    }

    pub(crate) fn require(&self, id: &BranchId) -> Result<&Branch, UseCaseError> {
        self.find(id).ok_or_else(|| UseCaseError::UnknownBranch {
            given: id.to_string(),
            known: self.all().iter().map(|branch| branch.id.as_str()).collect::<Vec<_>>().join(", "),
        })
    }

    /// The one that is named, or all.
    pub(crate) fn select(&self, id: Option<&BranchId>) -> Result<Vec<&Branch>, UseCaseError> {
        self.select_at(id, Timestamp::MAX)
    }

    /// The one that is named, or all, as they were known at a moment.
    pub(crate) fn select_at(&self, id: Option<&BranchId>, moment: Timestamp) -> Result<Vec<&Branch>, UseCaseError> {
        let id = id.map(|id| self.require(id)).transpose()?.map(|branch| &branch.id);
        Ok(self.known_at(moment).iter().filter(|branch| id.is_none_or(|id| branch.id == *id)).collect())
    }

    pub(crate) fn choices(&self) -> Vec<BranchChoice> {
        self.all()
            .iter()
            .map(|branch| BranchChoice { ubicacion_id: branch.id.clone(), ubicacion_nombre: branch.name.clone() })
            .collect()
    }
}
