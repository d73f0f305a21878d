//! The history of decisions.

use domain::decision::DecisionFilter;
use domain::read_model::{DecisionPage, DecisionView};
use warehouse::Subject;

use crate::answer_cache::Question;
use crate::{Actor, Engine, UseCaseError};

impl Engine {
    /// One page of what was decided, the latest first.
    pub async fn list_decisions(&self, actor: &Actor, filter: DecisionFilter) -> Result<DecisionPage, UseCaseError> {
        actor.may_read()?;
        let question = Question::new("list_decisions", &filter, &[Subject::Decisions]);
        self.cached(question, self.decisions_now(filter)).await
    }

    async fn decisions_now(&self, filter: DecisionFilter) -> Result<DecisionPage, UseCaseError> {
        if let Some(branch) = &filter.branch {
            self.branches.require(branch)?;
        }
        let (rows, next) = self.warehouse.decisions(filter).await?;
        let (now, zone) = (self.clock.now(), &self.settings.schedules.zone);
        let decisiones = rows
            .into_iter()
            .map(|row| DecisionView {
                id: row.id,
                momento: row.at,
                momento_local: zone.to_datetime(row.at),
                actor: row.actor,
                origen: row.origin,
                accion: row.action,
                ubicacion_id: row.branch,
                objeto: row.object,
                detalle: row.detail,
            })
            .collect();
        Ok(DecisionPage {
            decisiones,
            cursor_siguiente: next.map(|cursor| cursor.to_string()),
            tiendas: self.branches.choices(),
            generado_en: now,
            generado_en_local: zone.to_datetime(now),
        })
    }
}
