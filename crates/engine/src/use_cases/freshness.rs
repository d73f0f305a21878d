//! How old the stock of each warehouse is.

use std::collections::HashMap;

use domain::freshness::Freshness;
use domain::read_model::{FreshnessList, FreshnessView};
use domain::{BranchId, WarehouseCode};
use jiff::Timestamp;
use warehouse::Subject;

use crate::answer_cache::Question;
use crate::schedule::ScheduleKind;
use crate::{Actor, Engine, UseCaseError};

impl Engine {
    /// When the stock of each warehouse that is watched was last taken, against what is expected.
    pub async fn stock_freshness(
        &self,
        actor: &Actor,
        branch: Option<BranchId>,
    ) -> Result<FreshnessList, UseCaseError> {
        actor.may_read()?;
        let question = Question::new("stock_freshness", &branch, &[Subject::Stock, Subject::Schedules]);
        self.cached(question, self.freshness_now(branch)).await
    }

    async fn freshness_now(&self, branch: Option<BranchId>) -> Result<FreshnessList, UseCaseError> {
        let now = self.clock.now();
        let limit = self.settings.stock_age_max;
        let branches = self.branches.select(branch.as_ref())?;
        let taken: HashMap<(BranchId, WarehouseCode), Timestamp> = self
            .warehouse
            .stock_freshness()
            .await?
            .into_iter()
            .map(|(branch, warehouse, taken)| ((branch, warehouse), taken))
            .collect();
        let mut almacenes = Vec::new();
        for branch in branches.iter() {
            for warehouse in &branch.warehouses {
                let taken = taken.get(&(branch.id.clone(), warehouse.code.clone())).copied();
                almacenes.push(FreshnessView {
                    ubicacion_id: branch.id.clone(),
                    ubicacion_nombre: branch.name.clone(),
                    codigo_almacen: warehouse.code.clone(),
                    nombre_almacen: warehouse.name.clone(),
                    capturado_en: taken,
                    capturado_en_local: taken.map(|taken| branch.zone.to_datetime(taken)),
                    antiguedad_minutos: taken.map(|taken| now.duration_since(taken).as_mins()),
                    estado: Freshness::of(taken, now, limit),
                });
            }
        }
        let is_due = self.has_stock_been_due().await?;
        let stale = almacenes.iter().filter(|warehouse| match warehouse.estado {
            Freshness::Fresh => false,
            Freshness::Stale => true,
            Freshness::Never => is_due,
        });
        let stale = stale.count();
        Ok(FreshnessList {
            almacenes,
            atrasados: stale as u64,
            limite_minutos: limit.as_mins(),
            generado_en: now,
            generado_en_local: self.settings.schedules.zone.to_datetime(now),
        })
    }

    /// Whether a snapshot should be there: before the schedule has fired for the first time, its absence is no delay. Where
    /// nothing fires, nobody takes any.
    async fn has_stock_been_due(&self) -> Result<bool, UseCaseError> {
        if !self.settings.scheduler {
            return Ok(true);
        }
        let slug = ScheduleKind::Inventory.slug();
        Ok(self.warehouse.last_fired().await?.iter().any(|(schedule, _)| schedule == slug))
    }
}
