//! Holding a plan.

use domain::plan::PlanAction;
use domain::read_model::PlanView;

use crate::plans::decision::decision;
use crate::plans::view::view;
use crate::{Actor, Engine, UseCaseError};

impl Engine {
    /// Holds a plan: no window of it starts until it is resumed, and what is in work ends.
    pub async fn pause_plan(
        &self,
        actor: &Actor,
        hash: &str,
        reason: Option<String>,
    ) -> Result<PlanView, UseCaseError> {
        let plan = self.plan_to_change(actor, hash).await?;
        let decision = decision(&*self.clock, actor, PlanAction::Pause, reason);
        let change = self.plan_control.hold(plan.id, decision).await?;
        match change {
            Some(_) => self.plan_by_id(plan.id).await.map(view),
            None => {
                Err(UseCaseError::PlanState { state: self.plan_by_id(plan.id).await?.state, action: PlanAction::Pause })
            }
        }
    }
}
