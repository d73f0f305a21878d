//! The branches that are watched, by identifier.

use domain::read_model::BranchChoice;
use domain::{Branch, BranchId};

use crate::UseCaseError;

/// The branches that are watched, in order of their identifiers.
#[derive(Clone, Debug)]
pub struct BranchRegistry {
    branches: Vec<Branch>,
}

impl BranchRegistry {
    pub(crate) fn new(mut branches: Vec<Branch>) -> Self {
        branches.sort_by(|left, right| left.id.cmp(&right.id));
        Self { branches }
    }

    /// All of them.
    pub fn all(&self) -> &[Branch] {
        &self.branches
    }

    /// One of them.
    pub fn find(&self, id: &BranchId) -> Option<&Branch> {
        self.branches.iter().find(|branch| branch.id == *id)
    }

    pub(crate) fn require(&self, id: &BranchId) -> Result<&Branch, UseCaseError> {
        self.find(id).ok_or_else(|| UseCaseError::UnknownBranch {
            given: id.to_string(),
            known: self.branches.iter().map(|branch| branch.id.as_str()).collect::<Vec<_>>().join(", "),
        })
    }

    /// The one that is named, or all.
    pub(crate) fn select(&self, id: Option<&BranchId>) -> Result<Vec<&Branch>, UseCaseError> {
        match id {
            Some(id) => Ok(vec![self.require(id)?]),
            None => Ok(self.branches.iter().collect()),
        }
    }

    pub(crate) fn choices(&self) -> Vec<BranchChoice> {
        self.branches
            .iter()
            .map(|branch| BranchChoice { ubicacion_id: branch.id.clone(), ubicacion_nombre: branch.name.clone() })
            .collect()
    }
}
