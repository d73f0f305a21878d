//! The list of plans.

use domain::read_model::PlanList;
use warehouse::Subject;

use crate::answer_cache::Question;
use crate::plans::view::view;
use crate::{Actor, Engine, UseCaseError};

impl Engine {
    /// Plans that were started, the newest first.
    pub async fn list_plans(&self, actor: &Actor, limit: u32) -> Result<PlanList, UseCaseError> {
        actor.may_read()?;
        let question = Question::new("list_plans", &limit, &[Subject::Runs, Subject::Plans]);
        self.cached(question, self.plans_now(limit)).await
    }

    async fn plans_now(&self, limit: u32) -> Result<PlanList, UseCaseError> {
        let plans = self.warehouse.plans(limit).await?;
        Ok(PlanList { planes: plans.into_iter().map(view).collect(), generado_en: self.clock.now() })
    }
}
