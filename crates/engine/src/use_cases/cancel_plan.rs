//! Taking a plan back.

use domain::plan::PlanAction;
use domain::read_model::PlanView;

use crate::plans::decision::decision;
use crate::plans::view::view;
use crate::{Actor, Engine, UseCaseError};

impl Engine {
    /// Takes back what waits of a plan. Once this answers, no window of it starts; the one in work ends.
    pub async fn cancel_plan(
        &self,
        actor: &Actor,
        hash: &str,
        reason: Option<String>,
    ) -> Result<PlanView, UseCaseError> {
        let plan = self.plan_to_change(actor, hash).await?;
        let decision = decision(&*self.clock, actor, PlanAction::Cancel, reason);
        let change = self.plan_control.cancel(plan.id, decision).await?;
        match change {
            Some(_) => self.plan_by_id(plan.id).await.map(view),
            None => Err(UseCaseError::PlanState {
                state: self.plan_by_id(plan.id).await?.state,
                action: PlanAction::Cancel,
            }),
        }
    }
}
