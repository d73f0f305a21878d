//! Letting a held plan go on.

use domain::plan::PlanAction;
use domain::read_model::PlanView;

use crate::plans::decision::decision;
use crate::plans::view::view;
use crate::{Actor, Engine, UseCaseError};

impl Engine {
    /// Lets a plan go on that somebody or its breaker holds; its failures so far are forgiven.
    pub async fn resume_plan(
        &self,
        actor: &Actor,
        hash: &str,
        reason: Option<String>,
    ) -> Result<PlanView, UseCaseError> {
        let plan = self.plan_to_change(actor, hash).await?;
        let decision = decision(&*self.clock, actor, PlanAction::Resume, reason);
        let change = self.plan_control.resume(plan.id, decision).await?;
        match change {
            Some(_) => self.plan_by_id(plan.id).await.map(view),
            None => Err(UseCaseError::PlanState {
                state: self.plan_by_id(plan.id).await?.state,
                action: PlanAction::Resume,
            }),
        }
    }
}
