//! One plan.

use domain::read_model::PlanDetail;

use crate::plans::view::{decision_view, view, windows_view};
use crate::{Actor, Engine, UseCaseError};

impl Engine {
    /// A plan by its hash: where it stands, its windows, and who did what to it.
    pub async fn read_plan(&self, actor: &Actor, hash: &str) -> Result<PlanDetail, UseCaseError> {
        actor.may_read()?;
        let plan = self.known_plan(hash).await?;
        let scope = self.warehouse.plan_scope(plan.id).await?;
        let decisions = self.warehouse.plan_decisions(plan.id).await?;
        Ok(PlanDetail {
            plan: view(plan),
            tiendas: windows_view(&self.branches, &scope),
            decisiones: decisions.into_iter().map(decision_view).collect(),
        })
    }
}
