//! Starting a plan by its hash: what runs is what was shown, or nothing.

use domain::filter::{InvalidParameter, Requirement};
use domain::plan::{Plan, PlanHash, PlanState};
use domain::read_model::PlanView;
use domain::window::LocalPeriod;
use domain::{BatchId, RunId};
use monitoring::GapRecovery;
use warehouse::{PlanRecord, RunRecord};

use crate::plans::view::view;
use crate::plans::{seal, start};
use crate::{Actor, Engine, UseCaseError};

impl Engine {
    /// Queues the windows of a plan that was shown. A plan that was started already is given as it is, whoever started
    /// it. Where the windows would not be the same any more, nothing is queued, and the error names the plan of those
    /// that are left.
    pub async fn start_plan(&self, actor: &Actor, hash: &str) -> Result<PlanView, UseCaseError> {
        actor.may_operate()?;
        let planning = self.lock_planning().await;
        let known = self.plan_to_change(actor, hash).await?;
        if known.state != PlanState::Proposed {
            return Ok(view(known));
        }
        // The scope is the time of the windows that were shown: what is missing of it is them, or fewer.
        let scope = self.warehouse.plan_scope(known.id).await?;
        let plan = seal::seal(&self.evidence_reader(), known.kind, &scope, known.options).await?.plan;
        if *plan.hash() != known.hash {
            let left = plan.windows().len() as u64;
            let next = if left == 0 { None } else { Some(start::propose(self, actor, plan, false).await?.hash) };
            return Err(UseCaseError::PlanChanged { shown: known.windows, left, next });
        }
        let queued = start::start(self, planning, actor, &known, &plan).await?;
        self.announce(actor, &plan, &queued);
        self.plan_by_id(known.id).await.map(view)
    }

    /// Notifies the team of what was started, by whom, and what it queued, where it is of one store; a plan of many is in the log.
    fn announce(&self, actor: &Actor, plan: &Plan, queued: &[RunRecord]) {
        let (Some(first), Some(last)) = (plan.windows().first(), plan.windows().last()) else { return };
        let Some(branch) = self.branches.find(&first.branch) else { return };
        if plan.windows().iter().any(|window| window.branch != branch.id) {
            return;
        }
        let runs: Vec<RunId> = queued.iter().map(|run| run.id).collect();
        let (from, to) = (LocalPeriod::of(first.interval, &branch.zone), LocalPeriod::of(last.interval, &branch.zone));
        GapRecovery {
            kind: plan.kind(),
            branch: &branch.id,
            from: &format!("{} {}", from.date_from, from.from_text()),
            to: &format!("{} {}", to.date_to, to.to_text()),
            windows: runs.len(),
            // Who it was, the database knows; the name of a person does not leave.
            requested_by: actor.origin.as_str(),
            runs: &runs,
            caused_by: None,
        }
        .apply();
    }

    /// The same, for somebody who wants to change it: every store that it has windows of must be theirs.
    pub(crate) async fn plan_to_change(&self, actor: &Actor, hash: &str) -> Result<PlanRecord, UseCaseError> {
        actor.may_operate()?;
        let plan = self.known_plan(hash).await?;
        let scope = self.warehouse.plan_scope(plan.id).await?;
        for id in scope.branches() {
            match self.branches.find(id) {
                Some(branch) => actor.may_operate_in(&branch)?,
                None => actor.may_operate_everywhere()?,
            }
        }
        Ok(plan)
    }

    /// The plan of an id; or the latest one of a hash, or of its first digits.
    pub(crate) async fn known_plan(&self, which: &str) -> Result<PlanRecord, UseCaseError> {
        let digits = which.trim().to_lowercase();
        // An id without its dashes would be the beginning of a hash.
        if digits.contains('-')
            && let Ok(id) = digits.parse()
        {
            return self.plan_by_id(BatchId(id)).await;
        }
        if !PlanHash::is_beginning(&digits) {
            let requirement = Requirement::PlanHash { digits: PlanHash::SHORT_DIGITS };
            return Err(InvalidParameter { name: "hash", requirement }.into());
        }
        let mut found = self.warehouse.plans_that_begin(digits).await?;
        match (found.pop(), found.is_empty()) {
            (Some(plan), true) => Ok(plan),
            (None, _) => Err(UseCaseError::UnknownPlan),
            (Some(_), false) => Err(UseCaseError::AmbiguousPlan),
        }
    }

    pub(crate) async fn plan_by_id(&self, plan: BatchId) -> Result<PlanRecord, UseCaseError> {
        self.warehouse.plan(plan).await?.ok_or(UseCaseError::UnknownPlan)
    }
}
