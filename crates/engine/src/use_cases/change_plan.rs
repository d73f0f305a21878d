//! Holding a plan, letting it go on, and taking it back.

use domain::plan::PlanAction;
use domain::read_model::PlanView;

use crate::plans::decision::decision;
use crate::plans::view::view;
use crate::{Actor, Engine, UseCaseError};

impl Engine {
    /// Holds a plan: no window of it starts until it is resumed, and what is in progress ends.
    pub async fn pause_plan(
        &self,
        actor: &Actor,
        hash: &str,
        reason: Option<String>,
    ) -> Result<PlanView, UseCaseError> {
        self.change_plan(actor, hash, PlanAction::Pause, reason).await
    }

    /// Lets a plan go on that somebody or its breaker holds; its failures so far are forgiven.
    pub async fn resume_plan(
        &self,
        actor: &Actor,
        hash: &str,
        reason: Option<String>,
    ) -> Result<PlanView, UseCaseError> {
        self.change_plan(actor, hash, PlanAction::Resume, reason).await
    }

    /// Takes back what waits of a plan. Once this answers, no window of it starts; the one in progress ends.
    pub async fn cancel_plan(
        &self,
        actor: &Actor,
        hash: &str,
        reason: Option<String>,
    ) -> Result<PlanView, UseCaseError> {
        self.change_plan(actor, hash, PlanAction::Cancel, reason).await
    }

    async fn change_plan(
        &self,
        actor: &Actor,
        hash: &str,
        action: PlanAction,
        reason: Option<String>,
    ) -> Result<PlanView, UseCaseError> {
        let plan = self.plan_to_change(actor, hash).await?;
        let (control, decision) = (&self.plan_control, decision(&*self.clock, actor, action, reason));
        let change = match action {
            PlanAction::Resume => control.resume(plan.id, decision).await?,
            PlanAction::Cancel => control.cancel(plan.id, decision).await?,
            _ => control.hold(plan.id, decision).await?,
        };
        let now = self.plan_by_id(plan.id).await?;
        if change.is_some() { Ok(view(now)) } else { Err(UseCaseError::PlanState { state: now.state, action }) }
    }
}
