//! Reliability figures.

use domain::filter::MetricsFilter;
use domain::read_model::{BranchMetrics, Metrics};
use jiff::SignedDuration;
use warehouse::Subject;

use crate::answer_cache::Question;
use crate::{Actor, Engine, UseCaseError};

impl Engine {
    /// Figures of the runs that ended within the last days.
    pub async fn metrics(&self, actor: &Actor, filter: MetricsFilter) -> Result<Metrics, UseCaseError> {
        actor.may_read()?;
        let question = Question::new("metrics", &filter, &[Subject::Runs]);
        self.cached(question, self.metrics_now(filter)).await
    }

    async fn metrics_now(&self, filter: MetricsFilter) -> Result<Metrics, UseCaseError> {
        if let Some(branch) = &filter.branch {
            self.branches.require(branch)?;
        }
        let now = self.clock.now();
        let since = now.checked_sub(SignedDuration::from_hours(24 * i64::from(filter.days))).unwrap_or(now);
        let dias = filter.days;
        let (cifras, by_branch) = self.warehouse.metrics(filter, since).await?;
        let por_tienda = by_branch
            .into_iter()
            .map(|(ubicacion_id, ubicacion_nombre, cifras)| BranchMetrics { ubicacion_id, ubicacion_nombre, cifras })
            .collect();
        Ok(Metrics { dias, cifras, por_tienda, generado_en: now })
    }
}
