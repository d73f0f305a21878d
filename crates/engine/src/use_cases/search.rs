//! What somebody wants to go to, by what they type.

use domain::RunId;
use domain::plan::PlanHash;
use domain::read_model::{BranchChoice, PlanView, RunView};
use domain::search_text::match_of;

use crate::plans::view::view;
use crate::{Actor, Engine, UseCaseError};

/// Stores that are named at most.
const BRANCHES_MAX: usize = 8;

/// What was found; the pages of the interface are not known here.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Stores by name or identifier, the best match first.
    pub branches: Vec<BranchChoice>,
    /// The run whose whole identifier was typed.
    pub run: Option<RunView>,
    /// The recovery whose hash, or the first digits of it, was typed.
    pub plan: Option<PlanView>,
}

impl Engine {
    /// Looks for stores by name, and for runs and recoveries by what names them exactly.
    pub async fn search(&self, actor: &Actor, typed: &str) -> Result<Found, UseCaseError> {
        actor.may_read()?;
        let typed = typed.trim();
        let run = match typed.parse::<RunId>() {
            Ok(run) => self.warehouse.run_detail(run).await?.map(|stored| stored.view),
            Err(_) => None,
        };
        Ok(Found { branches: self.branches_like(typed), run, plan: self.plan_like(typed).await? })
    }

    fn branches_like(&self, typed: &str) -> Vec<BranchChoice> {
        if typed.is_empty() {
            return Vec::new();
        }
        let rank = |branch: &BranchChoice| {
            let names = [branch.ubicacion_nombre.as_str(), branch.ubicacion_id.as_str()];
            names.into_iter().filter_map(|name| match_of(typed, name)).min()
        };
        let choices = self.branches.choices().into_iter();
        let mut found: Vec<_> = choices.filter_map(|branch| Some((rank(&branch)?, branch))).collect();
        found.sort_by(|(rank, branch), (other_rank, other)| {
            rank.cmp(other_rank).then_with(|| branch.ubicacion_nombre.cmp(&other.ubicacion_nombre))
        });
        found.into_iter().take(BRANCHES_MAX).map(|(_, branch)| branch).collect()
    }

    async fn plan_like(&self, typed: &str) -> Result<Option<PlanView>, UseCaseError> {
        if !PlanHash::is_beginning(&typed.to_lowercase()) {
            return Ok(None);
        }
        match self.known_plan(typed).await {
            Ok(plan) => Ok(Some(view(plan))),
            Err(UseCaseError::UnknownPlan | UseCaseError::AmbiguousPlan) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
