//! Starting a plan by its hash: what runs is what was shown, or nothing.

use domain::filter::InvalidParameter;
use domain::plan::{PlanHash, PlanState};
use domain::read_model::PlanView;
use warehouse::PlanRecord;

use crate::plans::view::view;
use crate::plans::{seal, start};
use crate::{Actor, Engine, UseCaseError};

impl Engine {
    /// Queues the windows of a plan that was shown. A plan that was started already is given as it is, whoever started
    /// it. Where the windows would not be the same any more, nothing is queued, and the error names the plan of those
    /// that are left.
    pub async fn start_plan(&self, actor: &Actor, hash: &str) -> Result<PlanView, UseCaseError> {
        actor.may_operate()?;
        let planning = self.plan().await;
        let known = self.known_plan(hash).await?;
        if known.state != PlanState::Proposed {
            return Ok(view(known));
        }
        // The scope is the time of the windows that were shown: what is missing of it is them, or fewer.
        let scope = self.warehouse.plan_scope(known.id).await?;
        let plan = seal::seal(self, known.kind, &scope, known.options).await?.plan;
        if *plan.hash() != known.hash {
            let left = plan.windows().len() as u64;
            let next = if left == 0 { None } else { Some(start::propose(self, actor, plan, false).await?.hash) };
            return Err(UseCaseError::PlanChanged { shown: known.windows, left, next });
        }
        start::start(self, planning, actor, &known, &plan).await?;
        self.plan_by_id(known.id).await.map(view)
    }

    /// The latest plan of a hash, or of its first digits.
    pub(crate) async fn known_plan(&self, hash: &str) -> Result<PlanRecord, UseCaseError> {
        let digits = hash.trim().to_lowercase();
        if !PlanHash::is_beginning(&digits) {
            let reason =
                format!("debe ser el hash de un plan, o sus primeros {} dígitos o más", PlanHash::SHORT_DIGITS);
            return Err(InvalidParameter { name: "hash", reason }.into());
        }
        let mut found = self.warehouse.plans_that_begin(digits).await?;
        match (found.pop(), found.is_empty()) {
            (Some(plan), true) => Ok(plan),
            (None, _) => Err(UseCaseError::UnknownPlan),
            (Some(_), false) => Err(UseCaseError::AmbiguousPlan),
        }
    }

    pub(crate) async fn plan_by_id(&self, plan: domain::BatchId) -> Result<PlanRecord, UseCaseError> {
        self.warehouse.plan(plan).await?.ok_or(UseCaseError::UnknownPlan)
    }
}
