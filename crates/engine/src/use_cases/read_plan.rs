//! One plan.

use std::collections::HashMap;

use domain::read_model::PlanDetail;

use crate::plans::view::{decision_view, time_run, view, windows_view};
use crate::{Actor, Engine, UseCaseError};

impl Engine {
    /// A plan by its id or its hash: where it stands, its windows, and who did what to it.
    pub async fn read_plan(&self, actor: &Actor, which: &str) -> Result<PlanDetail, UseCaseError> {
        actor.may_read()?;
        let plan = self.known_plan(which).await?;
        let scope = self.warehouse.plan_scope(plan.id).await?;
        let decisions = self.warehouse.plan_decisions(plan.id).await?;
        let counts = match plan.started_at {
            Some(_) => self.warehouse.plan_counts_by_branch(plan.id).await?,
            None => HashMap::new(),
        };
        Ok(PlanDetail {
            segundos_en_marcha: time_run(&plan, &decisions, self.clock.now()).map(|time| time.as_secs_f64()),
            plan: view(plan),
            tiendas: windows_view(&self.branches, &scope, &counts),
            decisiones: decisions.into_iter().map(decision_view).collect(),
        })
    }
}
