//! The preview of a recovery: exactly what would run, what it would cost, and the hash to start it by.

use domain::plan::PlanOptions;
use domain::read_model::{PlanPreview, PlanRequest};

use crate::plans::request::{self, RequestLimits};
use crate::plans::{preview, seal, start};
use crate::{Actor, Engine, UseCaseError};

impl Engine {
    /// Shows what would run for a request, and keeps it for its start. Nothing is queued.
    pub async fn plan_recovery(&self, actor: &Actor, asked: PlanRequest) -> Result<PlanPreview, UseCaseError> {
        actor.may_operate()?;
        let limits = RequestLimits::of(&self.settings, self.clock.now());
        let scope = request::scope_of(&self.branches, actor, &asked, limits)?;
        let options = PlanOptions { repeat_loaded: asked.repetir_cargado, outside_hours: asked.fuera_de_horario };
        let reader = self.evidence_reader();
        let settled = match asked.solo_pendientes {
            true => reader.now.checked_sub(self.settings.gap_grace).unwrap_or(reader.now),
            false => reader.now,
        };
        let sealed = seal::seal_settled(&reader, asked.etl_tipo, &scope, options, settled).await?;
        let preview = preview::preview(&self.evidence_reader(), &sealed).await?;
        if !sealed.plan.windows().is_empty() {
            start::propose(self, actor, sealed.plan, false).await?;
        }
        Ok(preview)
    }
}
