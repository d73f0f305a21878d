//! The list of runs.

use domain::filter::RunFilter;
use domain::read_model::RunPage;
use warehouse::Subject;

use crate::answer_cache::Question;
use crate::{Actor, Engine, UseCaseError};

impl Engine {
    /// One page of runs: those in progress first, then the latest started, then those that wait.
    pub async fn list_runs(&self, actor: &Actor, filter: RunFilter) -> Result<RunPage, UseCaseError> {
        actor.may_read()?;
        let question = Question::new("list_runs", &filter, &[Subject::Runs, Subject::Sales]);
        self.cached(question, self.run_page_now(filter)).await
    }

    async fn run_page_now(&self, filter: RunFilter) -> Result<RunPage, UseCaseError> {
        if let Some(branch) = &filter.branch {
            self.branches.require(branch)?;
        }
        let (ejecuciones, totales, next) = self.warehouse.run_page(filter).await?;
        let now = self.clock.now();
        Ok(RunPage {
            ejecuciones,
            totales,
            cursor_siguiente: next.map(|cursor| cursor.to_string()),
            tiendas: self.branches.choices(),
            generado_en: now,
            generado_en_local: self.settings.schedules.zone.to_datetime(now),
        })
    }
}
